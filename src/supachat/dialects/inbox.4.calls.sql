-- supachat, dialect inbox, fourth part: what people call, the rights, and the end.

-- ------------------------------------------------------------------ working a conversation

-- A retry with the same _id changes nothing and answers the row that is there, to its author only.
create or replace function @schema@.insert_message(
  _conversation_id uuid, _body text, _id uuid default null, _metadata jsonb default '{}'
) returns @schema@.messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  me @schema@.agents;
  message_id constant uuid := coalesce(_id, gen_random_uuid());
  stored @schema@.messages;
begin
  if _body is null or _body !~ '\S' then
    raise exception 'the message is empty' using errcode = '22023';
  end if;
  if octet_length(_body) > 65536 or octet_length(_metadata::text) > 65536 then
    raise exception 'the message is longer than 64 KB' using errcode = '22023';
  end if;
  perform @schema@.supachat_hold(_conversation_id);
  select * into me from @schema@.agents a where a.user_id = @schema@.supachat_uid();
  insert into @schema@.messages
      (id, conversation_id, sender_type, sender_id, sender_name, body, metadata, created_at)
    values (message_id, _conversation_id, 'agent', me.user_id::text, me.display_name, _body,
      coalesce(_metadata, '{}'), clock_timestamp())
  -- @part once
  --   messages  messages
  --   mine      m.sender_type = 'agent' and m.sender_id = me.user_id::text
  --             and m.conversation_id = _conversation_id
  return stored;
end
$$;

-- Locks a conversation and stops whoever does not see it, as it is once it is locked: of two who take it at
-- once the second is told. One writer at a time: the order of times is then the order of commits.
create or replace function @schema@.supachat_hold(_conversation_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if @schema@.supachat_role() is not null then
    perform from @schema@.conversations c where c.id = _conversation_id for no key update;
    if @schema@.supachat_sees(_conversation_id) then
      return;
    end if;
  end if;
  raise exception 'this conversation is not yours, or no longer' using errcode = '42501';
end
$$;

create or replace function @schema@.supachat_set_status(_conversation_id uuid, _status text)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_hold(_conversation_id);
  if _status is null or _status not in ('open', 'pending', 'closed') then
    raise exception 'a status is open, pending or closed' using errcode = '22023';
  end if;
  update @schema@.conversations c set status = _status where c.id = _conversation_id and c.status <> _status;
  return query select * from @schema@.supachat_threads(_conversation_id);
end
$$;

-- To an active agent, or to nobody. Answers no row where the caller no longer sees it.
create or replace function @schema@.supachat_assign(_conversation_id uuid, _agent_id uuid default null)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_hold(_conversation_id);
  if _agent_id is not null
    and not exists (select from @schema@.agents a where a.user_id = _agent_id and a.active) then
    raise exception 'there is no agent with the id %', _agent_id using errcode = '23503';
  end if;
  update @schema@.conversations c set assigned_to = _agent_id
    where c.id = _conversation_id and c.assigned_to is distinct from _agent_id;
  return query select * from @schema@.supachat_threads(_conversation_id);
end
$$;

create or replace function @schema@.supachat_set_chatbot(_conversation_id uuid, _on boolean)
returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform @schema@.supachat_hold(_conversation_id);
  update @schema@.conversations c set chatbot_enabled = _on
    where c.id = _conversation_id and c.chatbot_enabled <> _on;
  return query select * from @schema@.supachat_threads(_conversation_id);
end
$$;

-- ------------------------------------------------------------------ finding

-- In names, subjects and bodies of what the caller sees, two letters or more, the latest first; a conversation
-- whose name or subject fits is answered by its newest message. Letters are compared one by one, so it finds
-- parts of words in any script, without an extension.
create or replace function @schema@.supachat_search(_text text, _limit integer default 50)
returns setof @schema@.messages
language sql stable security definer set search_path = '' as $$
  with sought as (
    select '%' || regexp_replace(btrim(left(_text, 200)), '([\\%_])', '\\\1', 'g') || '%' as pattern,
      least(greatest(coalesce(_limit, 50), 1), 200) as most
    where length(btrim(_text)) >= 2
  ), seen as (
    select c.* from @schema@.agents me
    join @schema@.conversations c on me.role = 'admin' or c.assigned_to is null or c.assigned_to = me.user_id
    where me.user_id = @schema@.supachat_uid() and me.active
  ), named as (
    select l.* from seen c, sought s, lateral (
      select m.* from @schema@.messages m where m.conversation_id = c.id
      order by m.created_at desc, m.id desc limit 1
    ) l
    where c.customer_name ilike s.pattern or c.customer_contact ilike s.pattern or c.subject ilike s.pattern
    order by l.created_at desc limit 200
  ), said as (
    select m.* from seen c join @schema@.messages m on m.conversation_id = c.id, sought s
    where m.body ilike s.pattern or (m.sender_type <> 'customer' and m.sender_name ilike s.pattern)
    order by m.created_at desc limit 200
  )
  select found.* from (
    select distinct on (hits.id) hits.* from (select * from named union all select * from said) as hits
  ) as found
  order by found.created_at desc, found.id
  limit (select most from sought)
$$;

-- those who work here now, for an assignment; an admin is shown those who did as well
create or replace function @schema@.supachat_agents()
returns table (user_id uuid, display_name text, role text, active boolean)
language sql stable security definer set search_path = '' as $$
  select a.user_id, a.display_name, a.role, a.active from @schema@.agents a
  where (a.active and @schema@.supachat_role() is not null) or @schema@.supachat_role() = 'admin'
  order by lower(a.display_name), a.user_id
  limit 1000
$$;

-- Agents by their exact id, or by letters that their name begins with; 20 at most.
create or replace function @schema@.supachat_find_people(_text text)
returns table (user_id uuid, display_name text, role text, active boolean)
language sql stable security definer set search_path = '' as $$
  select a.* from @schema@.supachat_agents() a, (select btrim(left(_text, 200)) as sought) s
  where a.active and s.sought <> ''
    and (a.user_id::text = s.sought or starts_with(lower(a.display_name), lower(s.sought)))
  limit 20
$$;

-- An admin makes an account an agent, changes its role or ends its work. What an agent who goes held goes
-- back to nobody.
create or replace function @schema@.supachat_set_agent(_user_id uuid, _role text, _active boolean default true)
returns table (user_id uuid, display_name text, role text, active boolean)
language plpgsql volatile security definer set search_path = '' as $$
begin
  if @schema@.supachat_role() is distinct from 'admin' then
    raise exception 'only an admin may do that' using errcode = '42501';
  end if;
  if _role is null or _role not in ('agent', 'admin') then
    raise exception 'a role is agent or admin' using errcode = '22023';
  end if;
  insert into @schema@.agents as a (user_id, role, active, display_name)
    select u.id, _role, _active, coalesce(left(btrim(u.raw_user_meta_data ->> 'name'), 80), '')
    from auth.users u where u.id = _user_id
    on conflict on constraint agents_pkey do update set role = excluded.role, active = excluded.active;
  if not found then
    raise exception 'there is no account with the id %', _user_id using errcode = '23503';
  end if;
  if not _active then
    update @schema@.conversations c set assigned_to = null where c.assigned_to = _user_id;
  end if;
  return query select a.user_id, a.display_name, a.role, a.active from @schema@.agents a where a.user_id = _user_id;
end
$$;

-- who the caller is here: one row, and none for nobody. Makes an agent that the trigger could not make.
create or replace function @schema@.supachat_whoami()
returns table (user_id uuid, display_name text, role text)
language sql volatile security definer set search_path = '' as $$
  select @schema@.supachat_add_agent(u.id, u.raw_app_meta_data, u.raw_user_meta_data) from auth.users u
    where u.id = @schema@.supachat_uid()
      and not exists (select from @schema@.agents a where a.user_id = u.id);
  select a.user_id, a.display_name, a.role from @schema@.agents a
    where a.user_id = @schema@.supachat_uid() and a.active;
$$;

-- @part rights
--   called  @schema@.supachat_uid(), @schema@.supachat_role(), @schema@.supachat_sees(uuid),
--           @schema@.supachat_may_listen(text, text), @schema@.supachat_may_speak(text, text),
--           @schema@.supachat_threads(uuid, text, text), @schema@.insert_message(uuid, text, uuid, jsonb),
--           @schema@.supachat_set_status(uuid, text), @schema@.supachat_assign(uuid, uuid),
--           @schema@.supachat_set_chatbot(uuid, boolean), @schema@.supachat_search(text, integer),
--           @schema@.supachat_agents(), @schema@.supachat_find_people(text),
--           @schema@.supachat_set_agent(uuid, text, boolean), @schema@.supachat_whoami()
--   inner   @schema@.supachat_topic_key(text, text), @schema@.supachat_add_agent(uuid, jsonb, jsonb),
--           @schema@.supachat_on_new_user(), @schema@.supachat_on_change(),
--           @schema@.supachat_before_message(), @schema@.supachat_on_message(),
--           @schema@.supachat_hold(uuid), @schema@.supachat_tell_moved(text), @schema@.supachat_on_assigned()

-- ------------------------------------------------------------------ what was there before

-- accounts older than this file
select @schema@.supachat_add_agent(u.id, u.raw_app_meta_data, u.raw_user_meta_data) from auth.users u
  where not exists (select from @schema@.agents a where a.user_id = u.id)
  order by u.created_at, u.id;

-- @part end
