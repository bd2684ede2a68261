-- supachat, dialect inbox, third part: agents, what a change sets off, and the list.

-- ------------------------------------------------------------------ agents

-- The role comes from app metadata, which only the service key can set. Only where the database setting
-- supachat.inbox_roles_from_user_metadata is on, as on a local server, everybody is an agent or what they say
-- that they are. Never raises: a sign-up must not fail for it.
create or replace function @schema@.supachat_add_agent(_user_id uuid, _app jsonb, _said jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  wanted text := _app ->> 'inbox_role';
begin
  if wanted is null
    and coalesce(current_setting('supachat.inbox_roles_from_user_metadata', true), '') in ('on', 'true', 'yes', '1')
  then
    wanted := coalesce(_said ->> 'inbox_role', 'agent');
  end if;
  if wanted in ('agent', 'admin') then
    insert into @schema@.agents (user_id, role, display_name)
      values (_user_id, wanted, case when jsonb_typeof(_said -> 'name') = 'string' then
        left(btrim(regexp_replace(_said ->> 'name', '\s+', ' ', 'g')), 80) else '' end)
      on conflict do nothing;
  end if;
exception when others then
  raise warning 'supachat: the account % is no agent yet: %', _user_id, sqlerrm;
end
$$;

-- @part new_account
--   make     supachat_add_agent(new.id, new.raw_app_meta_data, new.raw_user_meta_data)
--   trigger  agent

-- ------------------------------------------------------------------ what a change sets off

-- @part edit_time

create or replace trigger supachat_@schema@_conversation_changed
  before update on @schema@.conversations
  for each row execute function @schema@.supachat_on_change();
create or replace trigger supachat_@schema@_message_changed
  before update on @schema@.messages
  for each row execute function @schema@.supachat_on_change();
create or replace trigger supachat_@schema@_reply_changed
  before update on @schema@.canned_replies
  for each row execute function @schema@.supachat_on_change();

-- @part moved

create or replace function @schema@.supachat_on_assigned() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform @schema@.supachat_tell_moved('inbox:' || new.id::text);
  return new;
end
$$;

create or replace trigger supachat_@schema@_conversation_assigned
  after update of assigned_to on @schema@.conversations
  for each row when (old.assigned_to is distinct from new.assigned_to)
  execute function @schema@.supachat_on_assigned();

-- Whoever has no account still has an id and, a customer, a name; and a row that is new was not edited.
create or replace function @schema@.supachat_before_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.updated_at := new.created_at;
  if new.sender_type <> 'customer' then
    new.sender_id := coalesce(nullif(new.sender_id, ''), new.sender_type);
    return new;
  end if;
  select coalesce(nullif(new.sender_id, ''), nullif(c.customer_id, ''), 'customer:' || c.id::text),
      coalesce(nullif(new.sender_name, ''), c.customer_name)
    into new.sender_id, new.sender_name
    from @schema@.conversations c where c.id = new.conversation_id;
  return new;
end
$$;

create or replace trigger supachat_@schema@_message_sender
  before insert on @schema@.messages
  for each row execute function @schema@.supachat_before_message();

-- The conversation moves, which tells every list; a customer who writes opens it again. Whoever listens in
-- SQL is told ids and nothing else, whichever way the row came.
create or replace function @schema@.supachat_on_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update @schema@.conversations c
    set last_message_at = greatest(c.last_message_at, new.created_at),
      status = case when new.sender_type = 'customer' then 'open' else c.status end
    where c.id = new.conversation_id;
  perform pg_notify(
    'supachat_@schema@_message',
    jsonb_build_object('conversation_id', new.conversation_id, 'message_id', new.id)::text
  );
  return new;
end
$$;

create or replace trigger supachat_@schema@_message_added
  after insert on @schema@.messages
  for each row execute function @schema@.supachat_on_message();

-- ------------------------------------------------------------------ the list

do $type$
begin
  if to_regtype('@schema@.supachat_thread') is null then
    create type @schema@.supachat_thread as (
      conversation_id uuid, status text, assigned_to uuid, assigned_name text, channel text,
      customer_id text, customer_name text, customer_contact text, subject text, priority text,
      chatbot_enabled boolean, metadata jsonb, created_at timestamptz, updated_at timestamptz, members jsonb,
      last_message_id uuid, last_message_at timestamptz, last_message_author text,
      last_message_sender_type text, last_message_preview text,
      unread integer, read_message_id uuid, read_at timestamptz
    );
  end if;
end
$type$;

-- What the caller sees, the latest first, 1000 at most: all that a list shows in one answer. Unread counts
-- stop at 1000. With an id: that conversation alone. _assigned is me, somebody or nobody.
create or replace function @schema@.supachat_threads(
  _conversation_id uuid default null, _status text default null, _assigned text default null
) returns setof @schema@.supachat_thread
language sql stable security definer set search_path = '' as $$
  with me as (
    select a.* from @schema@.agents a where a.user_id = @schema@.supachat_uid() and a.active
  ), latest as (
    -- the thousand first, then what is said of each: an admin may see very many
    select c.* from @schema@.conversations c, me
    where (me.role = 'admin' or c.assigned_to is null or c.assigned_to = me.user_id)
      and (_conversation_id is null or c.id = _conversation_id)
      and (_status is null or c.status = _status)
      and case _assigned
        when 'me' then c.assigned_to = me.user_id
        when 'nobody' then c.assigned_to is null
        when 'somebody' then c.assigned_to is not null
        else _assigned is null
      end
    order by coalesce(c.last_message_at, c.created_at) desc, c.id
    limit 1000
  )
  select c.id, c.status, c.assigned_to, holder.display_name, c.channel,
    coalesce(nullif(c.customer_id, ''), 'customer:' || c.id::text), c.customer_name, c.customer_contact, c.subject, c.priority,
    c.chatbot_enabled, c.metadata, c.created_at, c.updated_at, w.members,
    l.id, l.created_at, l.sender_id, l.sender_type, left(l.body, 200),
    n.unread, r.read_message_id, r.read_at
  from latest c
  cross join me
  left join @schema@.agents holder on holder.user_id = c.assigned_to
  left join @schema@.supachat_read_cursors r on r.user_id = me.user_id and r.conversation_id = c.id
  cross join lateral (
    select jsonb_agg(jsonb_build_object(
      'user_id', a.user_id, 'display_name', a.display_name, 'role', a.role
    ) order by a.display_name, a.user_id) as members
    from @schema@.agents a
    where a.active and (a.role = 'admin' or c.assigned_to is null or c.assigned_to = a.user_id)
  ) w
  left join lateral (
    select x.id, x.created_at, x.sender_id, x.sender_type, x.body from @schema@.messages x
    where x.conversation_id = c.id order by x.created_at desc, x.id desc limit 1
  ) l on true
  -- @part unread
  --   messages  messages
  --   time      created_at
  --   theirs    x.conversation_id = c.id and x.sender_id <> me.user_id::text
  --   cursor    r
  order by coalesce(c.last_message_at, c.created_at) desc, c.id
$$;
