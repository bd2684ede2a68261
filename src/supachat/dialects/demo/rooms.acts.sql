-- What the backend does in the demo's rooms. `heard` answers id, thread, author, text, time, who is there.

-- act: heard
select m.id::text, m.session_id::text, m.sender_id::text, m.body, m.created_at::text,
    (select array_agg(w.user_id::text) from @schema@.members w where w.session_id = m.session_id)
  from @schema@.chat_messages m
  where m.created_at > %(since)s::timestamptz and m.sender_id = any (%(people)s::uuid[])
  order by m.created_at, m.id limit 50

-- act: types
select realtime.send(
  jsonb_build_object('user_id', %(author)s::text), 'chat:typing', 'session-typing:' || %(thread)s::text, true
)

-- act: says
insert into @schema@.chat_messages (session_id, sender_id, body)
  select session_id, user_id, %(text)s from @schema@.members
  where session_id = %(thread)s::uuid and user_id = %(author)s::uuid
  returning id::text

-- act: happens
select realtime.send(
  jsonb_build_object(
    'session_id', session_id, 'title', %(title)s::text, 'body', %(text)s::text, 'severity', 'info'
  ),
  'backend:event', 'user:' || user_id::text, true
) from @schema@.members where session_id = %(thread)s::uuid and user_id = %(to)s::uuid
