-- supachat, dialect sessions, third part: profiles, what a change sets off, and the list.

-- ------------------------------------------------------------------ profiles

-- An account comes with a profile and goes with what is only its own. A key of text cannot refer to
-- auth.users, so the going is told by hand.
create or replace function @schema@.supachat_on_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    perform @schema@.supachat_add_profile(new.id, new.raw_user_meta_data);
    return new;
  end if;
  delete from @schema@.supachat_profiles where user_id = old.id::text;
  delete from @schema@.supachat_members where user_id = old.id::text;
  delete from @schema@.supachat_read_cursors where user_id = old.id::text;
  delete from @schema@.user_presence where user_id = old.id::text;
  return old;
exception when others then
  raise warning 'supachat: what belonged to an account could not be tidied up: %', sqlerrm;
  return coalesce(new, old);
end
$$;

create or replace trigger supachat_@schema@_profile
  after insert or delete on auth.users
  for each row execute function @schema@.supachat_on_user();

-- @part profiles
--   type  text

-- ------------------------------------------------------------------ what a change sets off

-- @part edit_time

create or replace trigger supachat_@schema@_session_changed
  before update on @schema@.chat_sessions
  for each row execute function @schema@.supachat_on_change();
create or replace trigger supachat_@schema@_message_changed
  before update on @schema@.chat_messages
  for each row execute function @schema@.supachat_on_change();

-- The assistant and the system have no account: their rows are by their role. A row that is new was not edited.
create or replace function @schema@.supachat_before_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.user_id := coalesce(nullif(new.user_id, ''), new.role);
  new.updated_at := new.created_at;
  return new;
end
$$;

create or replace trigger supachat_@schema@_message_author
  before insert on @schema@.chat_messages
  for each row execute function @schema@.supachat_before_message();

create or replace function @schema@.supachat_on_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update @schema@.chat_sessions s
    set last_activity = greatest(s.last_activity, new.created_at),
      status = case when s.status = 'inactive' then 'active' else s.status end
    where s.id = new.session_id;
  return new;
end
$$;

create or replace trigger supachat_@schema@_message_added
  after insert on @schema@.chat_messages
  for each row execute function @schema@.supachat_on_message();

-- @part moved

-- The session counts as changed, which tells every list, that of somebody new as well; whoever went is told.
create or replace function @schema@.supachat_on_member() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update @schema@.chat_sessions s set updated_at = clock_timestamp()
    where s.id = coalesce(new.session_id, old.session_id);
  if tg_op = 'DELETE' then
    perform @schema@.supachat_tell_moved('sessions:' || old.session_id);
  end if;
  return coalesce(new, old);
end
$$;

create or replace trigger supachat_@schema@_member
  after insert or delete on @schema@.supachat_members
  for each row execute function @schema@.supachat_on_member();

-- ------------------------------------------------------------------ the list

do $type$
begin
  if to_regtype('@schema@.supachat_thread') is null then
    create type @schema@.supachat_thread as (
      session_id text, user_id text, title text, status text, last_activity timestamptz,
      created_at timestamptz, updated_at timestamptz, metadata jsonb, members jsonb,
      last_message_id uuid, last_message_at timestamptz, last_message_author text, last_message_role text,
      last_message_preview text, unread integer, read_message_id uuid, read_at timestamptz
    );
  end if;
end
$type$;

-- The caller's sessions, the latest first, 1000 at most: all that a list shows in one answer. Unread counts
-- stop at 1000. With an id: that session alone.
create or replace function @schema@.supachat_threads(_session_id text default null)
returns setof @schema@.supachat_thread
language sql stable security definer set search_path = '' as $$
  with uid as (
    select @schema@.supachat_uid() as id
  ), mine as (
    select s.id from @schema@.chat_sessions s, uid where s.user_id = uid.id
    union
    select m.session_id from @schema@.supachat_members m, uid where m.user_id = uid.id
  ), latest as (
    select s.* from @schema@.chat_sessions s join mine on mine.id = s.id
    where _session_id is null or s.id = _session_id
    order by s.last_activity desc, s.id
    limit 1000
  )
  select s.id, s.user_id, s.title, s.status, s.last_activity, s.created_at, s.updated_at, s.metadata, w.members,
    l.id, l.created_at, l.user_id, l.role, left(l.content, 200), n.unread, c.read_message_id, c.read_at
  from latest s
  cross join uid
  left join @schema@.supachat_read_cursors c on c.user_id = uid.id and c.session_id = s.id
  cross join lateral (
    select jsonb_agg(jsonb_build_object(
      'user_id', m.user_id, 'display_name', coalesce(m.called, p.display_name, ''), 'role', m.role
    ) order by m.joined_at, m.user_id) as members
    from (
      select s.user_id, 'owner' as role, '-infinity'::timestamptz as joined_at, null::text as called
        where s.user_id is not null
      union all
      select x.user_id, 'member', x.joined_at, null from @schema@.supachat_members x where x.session_id = s.id
      union all
      -- an assistant has no account: the session's metadata may say what it is called
      select 'assistant', 'assistant', 'infinity', left(s.metadata ->> 'assistant', 80)
        where s.metadata ->> 'assistant' ~ '\S'
    ) m
    left join @schema@.supachat_profiles p on p.user_id = m.user_id
  ) w
  left join lateral (
    select x.id, x.created_at, x.user_id, x.role, x.content from @schema@.chat_messages x
    where x.session_id = s.id order by x.created_at desc, x.id desc limit 1
  ) l on true
  -- @part unread
  --   messages  chat_messages
  --   time      created_at
  --   theirs    x.session_id = s.id and x.user_id <> uid.id
  --   cursor    c
  order by s.last_activity desc, s.id
$$;
