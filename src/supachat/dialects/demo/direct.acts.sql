-- What happens in the demo's pairs is done by clients; the backend only looks who writes.

-- act: heard
select id::text, thread_id, sender_supabase_id::text, body, created_at::text, array[]::text[]
  from @schema@.chat_messages
  where created_at > %(since)s::timestamptz and sender_supabase_id = any (%(people)s::uuid[])
  order by created_at, id limit 50
