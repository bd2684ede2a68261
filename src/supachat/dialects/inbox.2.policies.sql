-- supachat, dialect inbox, second part: who may see, write, hear and speak.

-- @part uid
--   type  uuid

-- what the caller is here: agent, admin, or null for everybody else
create or replace function @schema@.supachat_role() returns text
language sql stable security definer set search_path = '' as $$
  select a.role from @schema@.agents a where a.user_id = @schema@.supachat_uid() and a.active
$$;

create or replace function @schema@.supachat_sees(_conversation_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from @schema@.conversations c, @schema@.agents a
    where c.id = _conversation_id and a.user_id = @schema@.supachat_uid() and a.active
      and (a.role = 'admin' or c.assigned_to is null or c.assigned_to = a.user_id)
  )
$$;

-- @part topics
--   person  inbox-agent:
--   thread  inbox:
--   typing  inbox-typing:
--   known   @schema@.supachat_role()
--   sees    supachat_sees

-- ------------------------------------------------------------------ policies

grant select on table @schema@.conversations, @schema@.messages to authenticated;
grant select, delete on table @schema@.canned_replies to authenticated;
grant insert (id, shortcut, title, body), update (shortcut, title, body)
  on table @schema@.canned_replies to authenticated;
-- the project's own backend: in a schema of its own nothing is granted to it by default
grant select, insert, update, delete on table @schema@.agents, @schema@.conversations, @schema@.messages,
  @schema@.canned_replies, @schema@.supachat_read_cursors to service_role;

drop policy if exists supachat_@schema@_conversations_read on @schema@.conversations;
create policy supachat_@schema@_conversations_read on @schema@.conversations
  for select to authenticated
  using (
    (select @schema@.supachat_role()) = 'admin'
    or ((select @schema@.supachat_role()) = 'agent'
      and (assigned_to is null or assigned_to = (select @schema@.supachat_uid())))
  );

drop policy if exists supachat_@schema@_messages_read on @schema@.messages;
create policy supachat_@schema@_messages_read on @schema@.messages
  for select to authenticated
  using (@schema@.supachat_sees(conversation_id));

drop policy if exists supachat_@schema@_replies_read on @schema@.canned_replies;
create policy supachat_@schema@_replies_read on @schema@.canned_replies
  for select to authenticated
  using ((select @schema@.supachat_role()) is not null);

drop policy if exists supachat_@schema@_replies_add on @schema@.canned_replies;
create policy supachat_@schema@_replies_add on @schema@.canned_replies
  for insert to authenticated
  with check ((select @schema@.supachat_role()) = 'admin');

drop policy if exists supachat_@schema@_replies_change on @schema@.canned_replies;
create policy supachat_@schema@_replies_change on @schema@.canned_replies
  for update to authenticated
  using ((select @schema@.supachat_role()) = 'admin')
  with check ((select @schema@.supachat_role()) = 'admin');

drop policy if exists supachat_@schema@_replies_remove on @schema@.canned_replies;
create policy supachat_@schema@_replies_remove on @schema@.canned_replies
  for delete to authenticated
  using ((select @schema@.supachat_role()) = 'admin');

-- agents and supachat_read_cursors have no policy: they are reached through functions only

-- @part topic_policies
--   topics  ^inbox(-agent|-typing)?:
