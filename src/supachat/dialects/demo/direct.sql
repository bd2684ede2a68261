-- supachat, demo of the dialect direct: pairs of people, one of them with a long past.
with input as (select %(story)s::jsonb as story),
people as (
  select p.* from input, jsonb_to_recordset(story -> 'people') as p(id uuid, handle text, name text)
),
profiles as (
  insert into @schema@.supachat_profiles (user_id, app_user_id, display_name)
    select id, handle, name from people
    on conflict do nothing
),
threads as (
  insert into @schema@.chat_threads (thread_id, user_a_mongo_id, user_b_mongo_id, user_a_supabase_id,
      user_b_supabase_id, created_at, last_message_at)
    select t.id, a.handle, b.handle, a.id, b.id, t.first_at, t.last_at
    from input, jsonb_to_recordset(story -> 'threads')
      as t(id text, first_at timestamptz, last_at timestamptz)
    join people a on a.handle = split_part(t.id, '__', 1)
    join people b on b.handle = split_part(t.id, '__', 2)
    on conflict do nothing
),
messages as (
  insert into @schema@.chat_messages (id, thread_id, sender_supabase_id, sender_mongo_id,
      recipient_mongo_id, body, created_at)
    select m.id, m.thread, s.id, m.author, m.to, m.body, m.at
    from input, jsonb_to_recordset(story -> 'messages')
      as m(id uuid, thread text, author text, "to" text, body text, at timestamptz)
    join people s on s.handle = m.author
    on conflict do nothing
)
insert into @schema@.supachat_read_cursors (user_id, thread_id, read_message_id, read_at)
  select p.id, r.thread, r.message, r.at
  from input, jsonb_to_recordset(story -> 'reads')
    as r(reader text, thread text, message uuid, at timestamptz)
  join people p on p.handle = r.reader
  on conflict do nothing
