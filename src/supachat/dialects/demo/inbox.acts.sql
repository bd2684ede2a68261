-- What customers and a colleague do in the demo's inbox, as the project's backend writes it.

-- act: heard
select m.id::text, m.conversation_id::text, m.sender_id, m.body, m.created_at::text, array[]::text[]
  from @schema@.messages m join @schema@.conversations c on c.id = m.conversation_id
  where m.created_at > %(since)s::timestamptz and m.sender_type = 'agent' and c.status <> 'closed'
    and m.sender_id = any (%(people)s::text[])
  order by m.created_at, m.id limit 50

-- act: begins
insert into @schema@.conversations (id, channel, customer_id, customer_name, customer_contact, subject)
  values (%(thread)s::uuid, %(channel)s, %(contact)s, %(name)s, %(contact)s, %(subject)s)
  on conflict do nothing

-- act: says
insert into @schema@.messages (conversation_id, sender_type, sender_id, body)
  select id, 'customer', '', %(text)s from @schema@.conversations where id = %(thread)s::uuid
  returning id::text

-- act: takes
update @schema@.conversations set assigned_to = %(author)s::uuid
  where id = (
    select id from @schema@.conversations
    where status = 'open' and assigned_to is null
      and 1 < (select count(*) from @schema@.conversations where status = 'open' and assigned_to is null)
    order by last_message_at limit 1
  )
  returning id::text
