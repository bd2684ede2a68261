-- supachat, dialect portal, third part: people, what a change sets off, the list and the letters.

-- ------------------------------------------------------------------ people

-- The role comes from app metadata, which only the service key can set. Only where the database setting
-- supachat.portal_roles_from_user_metadata is on, as on a local server, everybody is a client or what they
-- say that they are. Never raises: a sign-up must not fail for it.
create or replace function @schema@.supachat_add_person(_user_id uuid, _app jsonb, _said jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  wanted text := _app ->> 'portal_role';
  name constant text := case when jsonb_typeof(_said -> 'name') = 'string' then
    left(btrim(regexp_replace(_said ->> 'name', '\s+', ' ', 'g')), 80) else '' end;
begin
  if wanted is null
    and coalesce(current_setting('supachat.portal_roles_from_user_metadata', true), '') in ('on', 'true', 'yes', '1')
  then
    wanted := coalesce(_said ->> 'portal_role', 'client');
  end if;
  if wanted = 'client' then
    insert into @schema@.clients (portal_user_id, display_name) values (_user_id, name) on conflict do nothing;
  elsif wanted in ('clinician', 'admin') then
    insert into @schema@.clinicians (user_id, role, display_name) values (_user_id, wanted, name)
      on conflict do nothing;
  end if;
exception when others then
  raise warning 'supachat: the account % has no part in the portal yet: %', _user_id, sqlerrm;
end
$$;

-- @part new_account
--   make     supachat_add_person(new.id, new.raw_app_meta_data, new.raw_user_meta_data)
--   trigger  person

-- ------------------------------------------------------------------ what a change sets off

-- @part edit_time

create or replace trigger supachat_@schema@_appointment_changed
  before update on @schema@.appointments
  for each row execute function @schema@.supachat_on_change();

-- @part moved

create or replace function @schema@.supachat_on_assigned() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform @schema@.supachat_tell_moved('portal:' || new.id::text);
  return new;
end
$$;

create or replace trigger supachat_@schema@_client_assigned
  after update of clinician_id on @schema@.clients
  for each row when (old.clinician_id is distinct from new.clinician_id)
  execute function @schema@.supachat_on_assigned();

-- ------------------------------------------------------------------ the list

do $type$
begin
  if to_regtype('@schema@.supachat_thread') is null then
    create type @schema@.supachat_thread as (
      client_id uuid, client_name text, client_user_id uuid, clinician_id uuid, clinician_name text,
      other_user_id uuid, other_display_name text, members jsonb, created_at timestamptz,
      last_message_id uuid, last_message_at timestamptz, last_message_author uuid,
      last_message_subject text, last_message_preview text,
      unread integer, read_message_id uuid, read_at timestamptz
    );
  end if;
  if to_regtype('@schema@.supachat_feed_row') is null then
    create type @schema@.supachat_feed_row as (
      feed text, id uuid, severity text, title text, body text, at timestamptz,
      can_acknowledge boolean, acknowledged_at timestamptz, acknowledged_by uuid
    );
  end if;
end
$type$;

-- The caller's correspondence, the latest first, 1000 at most: all that a list shows in one answer. Unread
-- counts stop at 1000. With an id: that client's alone. Who has no account, or is not chosen yet, stands
-- under the client's id.
create or replace function @schema@.supachat_threads(_client_id uuid default null)
returns setof @schema@.supachat_thread
language sql stable security definer set search_path = '' as $$
  select c.id, c.display_name, c.portal_user_id, c.clinician_id, coalesce(s.display_name, ''),
    coalesce(case when c.portal_user_id = uid.id then c.clinician_id else c.portal_user_id end, c.id),
    case when c.portal_user_id = uid.id then coalesce(s.display_name, 'No clinician yet') else c.display_name end,
    jsonb_build_array(jsonb_build_object(
      'user_id', coalesce(c.portal_user_id, c.id), 'display_name', c.display_name, 'role', 'client'
    )) || case when s.user_id is null then '[]' else jsonb_build_array(jsonb_build_object(
      'user_id', s.user_id, 'display_name', s.display_name, 'role', 'clinician'
    )) end,
    c.created_at, l.id, l.sent_date, l.sender_id, l.subject, left(l.message, 200),
    n.unread, r.read_message_id, r.read_at
  from (select @schema@.supachat_uid() as id) uid
  join @schema@.clients c on uid.id in (c.portal_user_id, c.clinician_id)
  left join @schema@.clinicians s on s.user_id = c.clinician_id
  left join @schema@.supachat_read_cursors r on r.user_id = uid.id and r.client_id = c.id
  left join lateral (
    select x.id, x.sent_date, x.sender_id, x.subject, x.message from @schema@.client_portal_messages x
    where x.client_id = c.id order by x.sent_date desc, x.id desc limit 1
  ) l on true
  -- @part unread
  --   messages  client_portal_messages
  --   time      sent_date
  --   theirs    x.client_id = c.id and x.sender_id <> uid.id
  --   cursor    r
  where (_client_id is null or c.id = _client_id) and (c.portal_user_id = uid.id or s.active)
  order by coalesce(l.sent_date, c.created_at) desc, c.id
  limit 1000
$$;

-- ------------------------------------------------------------------ letters

-- A retry with the same _id changes nothing and answers the row that is there, to its author only.
create or replace function @schema@.supachat_send(
  _client_id uuid, _message text, _subject text default '', _id uuid default null
) returns @schema@.client_portal_messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := @schema@.supachat_uid();
  message_id constant uuid := coalesce(_id, gen_random_uuid());
  stored @schema@.client_portal_messages;
begin
  if not @schema@.supachat_is_member(_client_id) then
    raise exception 'these letters are not yours' using errcode = '42501';
  end if;
  -- @part text_fits
  --   text  _message
  if length(_subject) > 200 then
    raise exception 'the subject is longer than 200 characters' using errcode = '22023';
  end if;
  -- one writer at a time: the order of times is then the order of commits
  perform from @schema@.clients c where c.id = _client_id for no key update;
  insert into @schema@.client_portal_messages
      (id, client_id, clinician_id, sender_id, subject, message, sent_date)
    values (message_id, _client_id, @schema@.supachat_clinician(_client_id), me,
      btrim(regexp_replace(coalesce(_subject, ''), '\s+', ' ', 'g')), _message, clock_timestamp())
  -- @part once
  --   messages  client_portal_messages
  --   mine      m.sender_id = me and m.client_id = _client_id
  return stored;
end
$$;
