-- supachat, dialect sessions, second part: what old tables lack, who may see, write, hear and speak.

-- tables that were there were made without these; NULL stands nowhere in an order or as an author
update @schema@.chat_sessions set title = coalesce(title, ''), status = coalesce(status, 'active'),
    created_at = coalesce(created_at, last_activity, now()), updated_at = coalesce(updated_at, created_at, now()),
    last_activity = coalesce(last_activity, created_at, now()), metadata = coalesce(metadata, '{}')
  where title is null or status is null or created_at is null or updated_at is null or last_activity is null
    or metadata is null;
alter table @schema@.chat_sessions
  alter column id set default gen_random_uuid()::text,
  alter column title set default '', alter column title set not null,
  alter column status set default 'active', alter column status set not null,
  alter column last_activity set default clock_timestamp(), alter column last_activity set not null,
  alter column created_at set default clock_timestamp(), alter column created_at set not null,
  alter column updated_at set default clock_timestamp(), alter column updated_at set not null,
  alter column metadata set default '{}', alter column metadata set not null;
update @schema@.chat_messages set user_id = coalesce(user_id, role), created_at = coalesce(created_at, now()),
    updated_at = coalesce(updated_at, created_at, now()), status = coalesce(status, 'delivered'),
    message_type = coalesce(message_type, 'text'), metadata = coalesce(metadata, '{}')
  where user_id is null or created_at is null or updated_at is null or status is null or message_type is null
    or metadata is null;
alter table @schema@.chat_messages
  alter column id set default gen_random_uuid(),
  alter column user_id set not null,
  alter column created_at set default clock_timestamp(), alter column created_at set not null,
  alter column updated_at set default clock_timestamp(), alter column updated_at set not null,
  alter column status set default 'delivered', alter column status set not null,
  alter column message_type set default 'text', alter column message_type set not null,
  alter column metadata set default '{}', alter column metadata set not null;
update @schema@.crypto_prices set last_updated = now() where last_updated is null;
alter table @schema@.crypto_prices alter column last_updated set not null;

do $limits$
begin
  if not exists (
    select from pg_constraint
    where conrelid = '@schema@.chat_messages'::regclass and conname = 'supachat_@schema@_content'
  ) then
    -- not valid: what was written before stays. An assistant's answer may begin empty.
    alter table @schema@.chat_messages add constraint supachat_@schema@_content check (
      octet_length(content) <= 65536 and octet_length(metadata::text) <= 65536
      and (role = 'assistant' or content ~ '\S')
    ) not valid;
  end if;
end
$limits$;

-- the one that paging and unread counts walk along, and the one for what was changed since
create index if not exists supachat_chat_messages_page on @schema@.chat_messages (session_id, created_at, id);
create index if not exists supachat_chat_messages_edits on @schema@.chat_messages (session_id, updated_at, id);
create index if not exists supachat_chat_sessions_user on @schema@.chat_sessions (user_id);
create index if not exists supachat_members_user on @schema@.supachat_members (user_id);
create index if not exists supachat_user_presence_session on @schema@.user_presence (session_id);
create index if not exists supachat_crypto_prices_latest on @schema@.crypto_prices (symbol, last_updated desc);

-- deny by default: whoever wants more has to be granted it below
alter table @schema@.chat_sessions enable row level security;
alter table @schema@.chat_messages enable row level security;
alter table @schema@.user_presence enable row level security;
alter table @schema@.crypto_prices enable row level security;
alter table @schema@.supachat_members enable row level security;
alter table @schema@.supachat_profiles enable row level security;
revoke all on table @schema@.chat_sessions, @schema@.chat_messages, @schema@.user_presence,
  @schema@.crypto_prices, @schema@.supachat_members, @schema@.supachat_profiles
  from public, anon, authenticated;

-- @part publication
--   tables  'chat_sessions', 'chat_messages', 'user_presence', 'crypto_prices'

-- A long text lies outside its row, and an UPDATE that leaves it alone tells it only with full identity. Who
-- sees the new row saw the old one. The others keep the key alone; a delete tells nothing else in any case.
alter table @schema@.chat_messages replica identity full;

-- @part uid
--   type  text

create or replace function @schema@.supachat_is_member(_session_id text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from @schema@.chat_sessions s
    where s.id = _session_id and (
      s.user_id = @schema@.supachat_uid() or exists (
        select from @schema@.supachat_members m
        where m.session_id = _session_id and m.user_id = @schema@.supachat_uid()
      )
    )
  )
$$;

create or replace function @schema@.supachat_is_owner(_session_id text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from @schema@.chat_sessions s where s.id = _session_id and s.user_id = @schema@.supachat_uid()
  )
$$;

create or replace function @schema@.supachat_may_listen(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    case
      when starts_with(_topic, 'sessions-user:') then
        _extension = 'broadcast' and _topic = 'sessions-user:' || @schema@.supachat_uid()
      when starts_with(_topic, 'sessions:') then
        _extension = 'broadcast' and @schema@.supachat_is_member(substr(_topic, 10))
      when starts_with(_topic, 'sessions-typing:') then
        _extension in ('broadcast', 'presence') and @schema@.supachat_is_member(substr(_topic, 17))
    end,
    false
  );
exception when others then
  return false;
end
$$;

-- typing and presence, nothing else
create or replace function @schema@.supachat_may_speak(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    starts_with(_topic, 'sessions-typing:')
      and _extension in ('broadcast', 'presence')
      and @schema@.supachat_is_member(substr(_topic, 17)),
    false
  );
exception when others then
  return false;
end
$$;

-- ------------------------------------------------------------------ policies

grant select on table @schema@.chat_sessions to authenticated;
grant select, delete on table @schema@.chat_messages to authenticated;
-- not the times: those are the server's own; not the status: delivered is what a row that is there is
grant insert (id, session_id, user_id, content, role, metadata, message_type), update (content)
  on table @schema@.chat_messages to authenticated;
grant select on table @schema@.user_presence, @schema@.crypto_prices to authenticated;
-- the project's own backend: in a schema of its own nothing is granted to it by default
grant select, insert, update, delete on table @schema@.chat_sessions, @schema@.chat_messages,
  @schema@.user_presence, @schema@.crypto_prices, @schema@.supachat_members, @schema@.supachat_profiles,
  @schema@.supachat_read_cursors to service_role;

drop policy if exists supachat_@schema@_sessions_read on @schema@.chat_sessions;
create policy supachat_@schema@_sessions_read on @schema@.chat_sessions
  for select to authenticated
  using (@schema@.supachat_is_member(id));

drop policy if exists supachat_@schema@_messages_read on @schema@.chat_messages;
create policy supachat_@schema@_messages_read on @schema@.chat_messages
  for select to authenticated
  using (@schema@.supachat_is_member(session_id));

drop policy if exists supachat_@schema@_presence_read on @schema@.user_presence;
create policy supachat_@schema@_presence_read on @schema@.user_presence
  for select to authenticated
  using (@schema@.supachat_is_member(session_id));

drop policy if exists supachat_@schema@_prices_read on @schema@.crypto_prices;
create policy supachat_@schema@_prices_read on @schema@.crypto_prices
  for select to authenticated
  using (true);

drop policy if exists supachat_@schema@_messages_write on @schema@.chat_messages;
create policy supachat_@schema@_messages_write on @schema@.chat_messages
  for insert to authenticated
  with check (
    role = 'user' and message_type in ('text', 'voice') and user_id = (select @schema@.supachat_uid())
    and @schema@.supachat_is_member(session_id)
  );

drop policy if exists supachat_@schema@_messages_edit on @schema@.chat_messages;
create policy supachat_@schema@_messages_edit on @schema@.chat_messages
  for update to authenticated
  using (role = 'user' and user_id = (select @schema@.supachat_uid()) and @schema@.supachat_is_member(session_id))
  with check (role = 'user' and user_id = (select @schema@.supachat_uid()) and @schema@.supachat_is_member(session_id));

drop policy if exists supachat_@schema@_messages_delete on @schema@.chat_messages;
create policy supachat_@schema@_messages_delete on @schema@.chat_messages
  for delete to authenticated
  using (
    (role = 'user' and user_id = (select @schema@.supachat_uid()) and @schema@.supachat_is_member(session_id))
    or @schema@.supachat_is_owner(session_id)
  );

-- restrictive: whatever other policies on these tables allow, they allow it to members only, and nobody
-- writes as the assistant
drop policy if exists supachat_@schema@_sessions_members on @schema@.chat_sessions;
create policy supachat_@schema@_sessions_members on @schema@.chat_sessions
  as restrictive for all to authenticated
  using (@schema@.supachat_is_member(id));

drop policy if exists supachat_@schema@_messages_members on @schema@.chat_messages;
create policy supachat_@schema@_messages_members on @schema@.chat_messages
  as restrictive for all to authenticated
  using (@schema@.supachat_is_member(session_id))
  with check (role = 'user' and user_id = (select @schema@.supachat_uid()) and @schema@.supachat_is_member(session_id));

drop policy if exists supachat_@schema@_presence_members on @schema@.user_presence;
create policy supachat_@schema@_presence_members on @schema@.user_presence
  as restrictive for all to authenticated
  using (@schema@.supachat_is_member(session_id))
  with check (user_id = (select @schema@.supachat_uid()) and @schema@.supachat_is_member(session_id));

-- the tables named supachat_ have no policy: they are reached through functions only

-- @part topic_policies
--   topics  ^sessions(-user|-typing)?:
