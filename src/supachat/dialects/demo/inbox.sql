-- supachat, demo of the dialect inbox: agents, customers' conversations, replies written before.
with input as (select %(story)s::jsonb as story),
people as (
  select p.* from input, jsonb_to_recordset(story -> 'people') as p(id uuid, handle text, name text)
),
agents as (
  insert into @schema@.agents (user_id, display_name, role)
    select id, name, case when story -> 'admins' ? handle then 'admin' else 'agent' end from people, input
    on conflict (user_id) do update set display_name = excluded.display_name
),
replies as (
  insert into @schema@.canned_replies (shortcut, title, body)
    select c.name, c.title, c.body from input, jsonb_to_recordset(story -> 'canned')
      as c(name text, title text, body text)
    on conflict do nothing
),
threads as (
  select t.* from input, jsonb_to_recordset(story -> 'threads')
    as t(id uuid, status text, assignee text, channel text, customer text, contact text, subject text,
      priority text, bot boolean, first_at timestamptz, last_at timestamptz)
),
conversations as (
  insert into @schema@.conversations (id, status, assigned_to, channel, customer_id, customer_name,
      customer_contact, subject, priority, chatbot_enabled, created_at, updated_at, last_message_at)
    select t.id, t.status, p.id, t.channel, coalesce(nullif(t.contact, ''), t.id::text), t.customer,
      coalesce(t.contact, ''), coalesce(t.subject, ''), coalesce(t.priority, ''), coalesce(t.bot, false),
      t.first_at, t.last_at, t.last_at
    from threads t left join people p on p.handle = t.assignee
    on conflict do nothing
),
messages as (
  insert into @schema@.messages (id, conversation_id, sender_type, sender_id, sender_name, body,
      created_at, updated_at)
    select m.id, m.thread,
      case m.author when 'customer' then 'customer' when 'bot' then 'chatbot' when 'system' then 'system'
        else 'agent' end,
      case when m.author = 'customer' then coalesce(nullif(t.contact, ''), t.id::text)
        else coalesce(p.id::text, m.author) end,
      case m.author when 'customer' then t.customer when 'bot' then 'Deckhand' when 'system' then 'System'
        else p.name end,
      m.body, m.at, m.at
    from input, jsonb_to_recordset(story -> 'messages')
      as m(id uuid, thread uuid, author text, body text, at timestamptz)
    join threads t on t.id = m.thread
    left join people p on p.handle = m.author
    on conflict do nothing
)
insert into @schema@.supachat_read_cursors (user_id, conversation_id, read_message_id, read_at)
  select p.id, r.thread, r.message, r.at
  from input, jsonb_to_recordset(story -> 'reads')
    as r(reader text, thread uuid, message uuid, at timestamptz)
  join people p on p.handle = r.reader
  on conflict do nothing
