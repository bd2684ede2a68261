-- supachat, dialect rooms, third part: profiles, what a change sets off, and the list.

-- ------------------------------------------------------------------ profiles

-- @part new_account
--   make     supachat_add_profile(new.id, new.raw_user_meta_data)
--   trigger  profile

-- @part profiles
--   type  uuid

-- ------------------------------------------------------------------ what a change sets off

-- Tells every member's own topic, except one person's. As its owner, who bypasses row level security: no
-- policy lets a client do the same. Never raises: a change is kept even where it cannot be told.
create or replace function @schema@.supachat_tell(_session_id uuid, _event text, _payload jsonb, _except uuid)
returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform realtime.send(
      jsonb_build_object('session_id', _session_id) || _payload, _event, 'user:' || m.user_id::text, true
    )
    from @schema@.members m
    where m.session_id = _session_id and m.user_id is distinct from _except;
exception when others then
  raise warning 'supachat: a change of the session % was kept and not told: %', _session_id, sqlerrm;
end
$$;

create or replace function @schema@.supachat_on_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    perform realtime.send(
      jsonb_build_object(
        'operation', tg_op, 'schema', tg_table_schema, 'table', tg_table_name, 'record', null,
        'old_record', jsonb_build_object('id', old.id, 'session_id', old.session_id)
      ),
      tg_op, 'session:' || old.session_id::text, true
    );
    return old;
  end if;
  perform realtime.broadcast_changes(
    'session:' || new.session_id::text, tg_op, tg_op, tg_table_name, tg_table_schema, new, old
  );
  if tg_op = 'INSERT' then
    perform @schema@.supachat_tell(
      new.session_id, 'session:message',
      jsonb_build_object('message_id', new.id, 'created_at', new.created_at), new.sender_id
    );
  end if;
  return new;
exception when others then
  raise warning 'supachat: a message was kept and not told: %', sqlerrm;
  return coalesce(new, old);
end
$$;

create or replace trigger supachat_@schema@_broadcast
  after insert or update or delete on @schema@.chat_messages
  for each row execute function @schema@.supachat_on_message();

-- The words in which somebody is told that they are in a room now, or no longer.
create or replace function @schema@.supachat_membership_words(_session_id uuid, _in boolean) returns text
language sql stable security definer set search_path = '' as $$
  select case
      when w.who <> '' then w.who || case when _in then ' invited you to ' else ' removed you from ' end
      when _in then 'You were invited to '
      else 'You are no longer in '
    end || coalesce((select nullif(s.title, '') from @schema@.chat_sessions s where s.id = _session_id), 'a room')
  from (select coalesce((
    select p.display_name from @schema@.supachat_profiles p where p.user_id = @schema@.supachat_uid()
  ), '') as who) w
$$;

-- Tells somebody that they were put into a room or out of it; whoever did that themselves knows, and only
-- their list is another.
create or replace function @schema@.supachat_tell_member(_session_id uuid, _user_id uuid, _in boolean) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  told constant jsonb := jsonb_build_object('session_id', _session_id, 'by', @schema@.supachat_uid());
begin
  if _user_id = @schema@.supachat_uid() then
    perform realtime.send(told, 'session:changed', 'user:' || _user_id::text, true);
  else
    perform realtime.send(
      told || jsonb_build_object('title', @schema@.supachat_membership_words(_session_id, _in)),
      case when _in then 'session:invited' else 'session:removed' end, 'user:' || _user_id::text, true
    );
  end if;
end
$$;

-- An owner who goes is followed by whoever has been in the room longest, also when an account is deleted.
create or replace function @schema@.supachat_on_member() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  who constant jsonb := jsonb_build_object('by', @schema@.supachat_uid());
begin
  if tg_op = 'DELETE' then
    if old.role = 'owner' then
      update @schema@.members m set role = 'owner' where m.session_id = old.session_id and m.user_id = (
        select heir.user_id from @schema@.members heir
        where heir.session_id = old.session_id order by heir.joined_at, heir.user_id limit 1
      );
    end if;
    perform @schema@.supachat_tell_member(old.session_id, old.user_id, false);
    perform @schema@.supachat_tell(old.session_id, 'session:changed', who, null);
    return old;
  end if;
  perform @schema@.supachat_tell_member(new.session_id, new.user_id, true);
  perform @schema@.supachat_tell(new.session_id, 'session:changed', who, new.user_id);
  return new;
end
$$;

create or replace trigger supachat_@schema@_member
  after insert or delete on @schema@.members
  for each row execute function @schema@.supachat_on_member();

create or replace function @schema@.supachat_on_session() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform @schema@.supachat_tell(
    new.id, 'session:changed', jsonb_build_object('by', @schema@.supachat_uid()), null
  );
  return new;
end
$$;

create or replace trigger supachat_@schema@_session
  after update on @schema@.chat_sessions
  for each row when (old.title is distinct from new.title)
  execute function @schema@.supachat_on_session();

-- ------------------------------------------------------------------ the list

do $type$
begin
  if to_regtype('@schema@.supachat_thread') is null then
    create type @schema@.supachat_thread as (
      session_id uuid, title text, role text, owner_id uuid, created_at timestamptz, updated_at timestamptz,
      members jsonb, other_user_id uuid, other_display_name text,
      last_message_id uuid, last_message_at timestamptz, last_message_author uuid, last_message_preview text,
      unread integer, read_message_id uuid, read_at timestamptz
    );
  end if;
end
$type$;

-- The caller's rooms, the latest first, 1000 at most: all that a list shows in one answer. Unread counts
-- stop at 1000. With an id: that room alone.
create or replace function @schema@.supachat_threads(_session_id uuid default null)
returns setof @schema@.supachat_thread
language sql stable security definer set search_path = '' as $$
  select s.id, s.title, mine.role, w.owner_id, s.created_at, s.updated_at,
    w.members, case when w.size = 2 then w.other_id end, case when w.size = 2 then w.other_name end,
    l.id, l.created_at, l.sender_id, left(l.body, 200), n.unread, c.read_message_id, c.read_at
  from (select @schema@.supachat_uid() as id) uid
  join @schema@.members mine on mine.user_id = uid.id
  join @schema@.chat_sessions s on s.id = mine.session_id
  left join @schema@.supachat_read_cursors c on c.user_id = uid.id and c.session_id = s.id
  cross join lateral (
    select count(*) as size,
      jsonb_agg(jsonb_build_object(
        'user_id', m.user_id, 'display_name', coalesce(p.display_name, ''), 'role', m.role
      ) order by m.joined_at, m.user_id) as members,
      (array_agg(m.user_id) filter (where m.role = 'owner'))[1] as owner_id,
      (array_agg(m.user_id) filter (where m.user_id <> uid.id))[1] as other_id,
      (array_agg(coalesce(p.display_name, '')) filter (where m.user_id <> uid.id))[1] as other_name
    from @schema@.members m left join @schema@.supachat_profiles p on p.user_id = m.user_id
    where m.session_id = s.id
  ) w
  left join lateral (
    select x.id, x.created_at, x.sender_id, x.body from @schema@.chat_messages x
    where x.session_id = s.id order by x.created_at desc, x.id desc limit 1
  ) l on true
  -- @part unread
  --   messages  chat_messages
  --   time      created_at
  --   theirs    x.session_id = s.id and x.sender_id <> uid.id
  --   cursor    c
  where _session_id is null or s.id = _session_id
  order by coalesce(l.created_at, s.created_at) desc, s.id
  limit 1000
$$;
