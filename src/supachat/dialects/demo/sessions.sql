-- supachat, demo of the dialect sessions: talks with an assistant, and the prices beside them.
with input as (select %(story)s::jsonb as story),
people as (
  select p.* from input, jsonb_to_recordset(story -> 'people') as p(id text, handle text, name text)
),
profiles as (
  insert into @schema@.supachat_profiles (user_id, display_name)
    select id, name from people
    on conflict (user_id) do update set display_name = excluded.display_name
),
threads as (
  select t.* from input, jsonb_to_recordset(story -> 'threads')
    as t(id text, title text, owner text, members text[], status text, assistant text, first_at timestamptz,
      last_at timestamptz)
),
sessions as (
  insert into @schema@.chat_sessions (id, user_id, title, status, last_activity, created_at, updated_at, metadata)
    select t.id, p.id, t.title, coalesce(t.status, 'active'), t.last_at, t.first_at, t.last_at,
      jsonb_build_object('assistant', t.assistant)
    from threads t join people p on p.handle = t.owner
    on conflict do nothing
),
members as (
  insert into @schema@.supachat_members (session_id, user_id, joined_at)
    select t.id, p.id, t.first_at
    from threads t join people p on p.handle = any (t.members) and p.handle <> t.owner
    on conflict do nothing
),
messages as (
  insert into @schema@.chat_messages (id, session_id, user_id, content, role, metadata, created_at,
      updated_at, message_type)
    select m.id, m.thread, coalesce(p.id, m.author), m.body,
      case when p.id is not null then 'user' else m.author end, coalesce(m.facts, '{}'), m.at, m.at,
      case coalesce(m.kind, 'text') when 'action' then 'adapter_action' else coalesce(m.kind, 'text') end
    from input, jsonb_to_recordset(story -> 'messages')
      as m(id uuid, thread text, author text, body text, at timestamptz, kind text, facts jsonb)
    left join people p on p.handle = m.author
    on conflict do nothing
),
prices as (
  insert into @schema@.crypto_prices (id, symbol, price, change_percentage_24h, last_updated)
    select t.id, t.symbol, t.price, t.change, now()
    from input, jsonb_to_recordset(story -> 'prices')
      as t(id uuid, symbol text, price numeric, change numeric)
    on conflict do nothing
)
insert into @schema@.supachat_read_cursors (user_id, session_id, read_message_id, read_at)
  select p.id, r.thread, r.message, r.at
  from input, jsonb_to_recordset(story -> 'reads')
    as r(reader text, thread text, message uuid, at timestamptz)
  join people p on p.handle = r.reader
  on conflict do nothing
