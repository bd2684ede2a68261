-- What the assistant and the market do in the demo's sessions. An answer is one row that grows.

-- act: heard
select id::text, session_id, user_id, content, created_at::text, array[]::text[]
  from @schema@.chat_messages
  where created_at > %(since)s::timestamptz and role = 'user' and user_id = any (%(people)s::text[])
  order by created_at, id limit 50

-- act: begins
insert into @schema@.chat_messages (session_id, content, role, status)
  values (%(thread)s, '', 'assistant', 'sending')
  returning id::text

-- act: grows
update @schema@.chat_messages
  set content = %(text)s, status = case when %(done)s then 'delivered' else 'sending' end
  where id = %(id)s::uuid

-- act: trades
update @schema@.crypto_prices
  set price = %(price)s, change_percentage_24h = %(change)s, last_updated = clock_timestamp()
  where symbol = %(symbol)s
