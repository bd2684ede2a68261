-- supachat, demo of the dialect rooms: an owner and collaborators.
with input as (select %(story)s::jsonb as story),
people as (
  select p.* from input, jsonb_to_recordset(story -> 'people') as p(id uuid, handle text, name text)
),
profiles as (
  insert into @schema@.supachat_profiles (user_id, display_name)
    select id, name from people
    on conflict (user_id) do update set display_name = excluded.display_name
),
threads as (
  select t.* from input, jsonb_to_recordset(story -> 'threads')
    as t(id uuid, title text, owner text, members text[], first_at timestamptz, last_at timestamptz)
),
rooms as (
  insert into @schema@.chat_sessions (id, title, created_at, updated_at)
    select id, title, first_at, last_at from threads
    on conflict do nothing
),
members as (
  insert into @schema@.members (session_id, user_id, role, joined_at)
    select t.id, p.id, case when p.handle = t.owner then 'owner' else 'collaborator' end, t.first_at
    from threads t join people p on p.handle = any (t.members)
    on conflict do nothing
),
messages as (
  insert into @schema@.chat_messages (id, session_id, sender_id, body, created_at)
    select m.id, m.thread, p.id, m.body, m.at
    from input, jsonb_to_recordset(story -> 'messages')
      as m(id uuid, thread uuid, author text, body text, at timestamptz)
    join people p on p.handle = m.author
    on conflict do nothing
)
insert into @schema@.supachat_read_cursors (user_id, session_id, read_message_id, read_at)
  select p.id, r.thread, r.message, r.at
  from input, jsonb_to_recordset(story -> 'reads')
    as r(reader text, thread uuid, message uuid, at timestamptz)
  join people p on p.handle = r.reader
  on conflict do nothing
