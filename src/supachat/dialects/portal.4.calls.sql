-- supachat, dialect portal, fourth part: who writes with whom, the feeds, the rights, and the end.

-- ------------------------------------------------------------------ who writes with whom

-- A client without a clinician chooses one; who has one, and a clinician, is answered the thread that is
-- there. A clinician takes no client: an admin gives.
create or replace function @schema@.supachat_ensure_thread(_user_id uuid) returns setof @schema@.supachat_thread
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := @schema@.supachat_uid();
  found_id uuid;
begin
  update @schema@.clients c set clinician_id = _user_id
    where c.portal_user_id = me and c.clinician_id is null
      and exists (
        select from @schema@.clinicians s where s.user_id = _user_id and s.active and s.role = 'clinician'
      );
  if found then -- without this their list would not move before the first letter
    insert into @schema@.portal_notifications (user_id, title, body)
      select _user_id, 'A client chose you', c.display_name from @schema@.clients c where c.portal_user_id = me;
  end if;
  select c.id into found_id from @schema@.clients c
    where (c.portal_user_id = me and c.clinician_id = _user_id)
      or (c.clinician_id = me and _user_id in (c.portal_user_id, c.id) and @schema@.supachat_treats(c.id));
  if not found then
    raise exception 'you have no correspondence with them: an admin can change that' using errcode = '42501';
  end if;
  return query select * from @schema@.supachat_threads(found_id);
end
$$;

-- An admin gives a client to a clinician, or with null to nobody. Whether there is such a client.
create or replace function @schema@.supachat_assign(_client_id uuid, _clinician_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if @schema@.supachat_role() is distinct from 'admin' then
    raise exception 'only an admin may do that' using errcode = '42501';
  end if;
  if _clinician_id is not null and not exists (
    select from @schema@.clinicians s where s.user_id = _clinician_id and s.active and s.role = 'clinician'
  ) then
    raise exception 'there is no clinician with the id %', _clinician_id using errcode = '23503';
  end if;
  update @schema@.clients c set clinician_id = _clinician_id where c.id = _client_id;
  if not found then
    return false;
  end if;
  insert into @schema@.audit_logs (user_id, action_type, resource_type, action_description)
    values (@schema@.supachat_uid(), 'assign', 'clients', _client_id::text);
  if _clinician_id is not null then
    insert into @schema@.portal_notifications (user_id, title) values (_clinician_id, 'A client was assigned to you');
  end if;
  return true;
end
$$;

-- People by their exact id, or by letters that their name begins with; 20 at most: a client finds their
-- clinician, or any while they have none; a clinician their clients; an admin everybody.
create or replace function @schema@.supachat_find_people(_text text)
returns table (user_id uuid, display_name text, role text)
language sql stable security definer set search_path = '' as $$
  with asked as (
    select @schema@.supachat_uid() as id, @schema@.supachat_role() as role, btrim(left(_text, 200)) as sought
  ), found as (
    select s.user_id, s.display_name, s.role from @schema@.clinicians s, asked
    where s.active and (
      asked.role = 'admin'
      or (asked.role = 'client' and s.role = 'clinician' and exists (
        select from @schema@.clients c
        where c.portal_user_id = asked.id and coalesce(c.clinician_id, s.user_id) = s.user_id
      ))
    )
    union all
    select coalesce(c.portal_user_id, c.id), c.display_name, 'client' from @schema@.clients c, asked
    where asked.role = 'admin' or (asked.role = 'clinician' and c.clinician_id = asked.id)
  )
  select found.* from found, asked
  where found.user_id <> asked.id and asked.sought <> ''
    and (found.user_id::text = asked.sought or starts_with(lower(found.display_name), lower(asked.sought)))
  order by lower(found.display_name), found.user_id
  limit 20
$$;

-- who the caller is here: one row, and none for nobody. Makes a row that the trigger could not make.
create or replace function @schema@.supachat_whoami()
returns table (user_id uuid, display_name text, role text)
language sql volatile security definer set search_path = '' as $$
  select @schema@.supachat_add_person(u.id, u.raw_app_meta_data, u.raw_user_meta_data) from auth.users u
    where u.id = @schema@.supachat_uid()
      and not exists (select from @schema@.clinicians s where s.user_id = u.id)
      and not exists (select from @schema@.clients c where c.portal_user_id = u.id);
  select uid.id, coalesce(s.display_name, c.display_name), @schema@.supachat_role()
    from (select @schema@.supachat_uid() as id) uid
    left join @schema@.clinicians s on s.user_id = uid.id and s.active
    left join @schema@.clients c on c.portal_user_id = uid.id
    where @schema@.supachat_role() is not null;
$$;

-- ------------------------------------------------------------------ feeds

-- All feeds in one answer, the latest first, 200 at most; older ones by the time and id of the last row.
create or replace function @schema@.supachat_feed(
  _before timestamptz default null, _before_id uuid default null, _limit integer default 50
) returns setof @schema@.supachat_feed_row
language sql stable security definer set search_path = '' as $$
  with asked as (
    select @schema@.supachat_uid() as id, @schema@.supachat_role() as role,
      coalesce(_before, 'infinity') as before,
      coalesce(_before_id, '00000000-0000-0000-0000-000000000000') as before_id
  ), mine as (
    select c.id, asked.role <> 'client' as treated from @schema@.clients c, asked
    where (asked.role = 'client' and c.portal_user_id = asked.id)
      or (asked.role = 'clinician' and c.clinician_id = asked.id)
  ), found as (
    (select 'portal_notifications', n.id, n.severity, n.title, n.body, n.created_at, n.acknowledged_at is null,
        n.acknowledged_at, n.acknowledged_by
      from @schema@.portal_notifications n, asked
      where asked.role is not null and n.user_id = asked.id and (n.created_at, n.id) < (asked.before, asked.before_id)
      order by n.created_at desc, n.id desc limit 200)
    union all
    (select 'appointments', a.id, 'info', a.title,
        a.status || ' ' || to_char(a.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'),
        a.created_at, false, null, null
      from @schema@.appointments a, asked
      where a.client_id in (select id from mine) and (a.created_at, a.id) < (asked.before, asked.before_id)
      order by a.created_at desc, a.id desc limit 200)
    union all
    (select 'assessment_critical_alerts', w.id, w.severity, w.title, w.body, w.created_at,
        w.acknowledged_at is null, w.acknowledged_at, w.acknowledged_by
      from @schema@.assessment_critical_alerts w, asked
      where (asked.role = 'admin' or w.client_id in (select id from mine where treated))
        and (w.created_at, w.id) < (asked.before, asked.before_id)
      order by w.created_at desc, w.id desc limit 200)
    union all
    (select 'notification_logs', g.id, g.severity, g.title, g.body, g.created_at, false, null, null
      from @schema@.notification_logs g, asked
      where (asked.role = 'admin' or (asked.role is not null and g.user_id = asked.id))
        and (g.created_at, g.id) < (asked.before, asked.before_id)
      order by g.created_at desc, g.id desc limit 200)
    union all
    (select 'audit_logs', d.id, 'info', d.action_type || ' ' || d.resource_type, d.action_description,
        d.created_at, false, null, null
      from @schema@.audit_logs d, asked
      where asked.role = 'admin' and (d.created_at, d.id) < (asked.before, asked.before_id)
      order by d.created_at desc, d.id desc limit 200)
  )
  select * from found order by 6 desc, 2 desc limit least(greatest(coalesce(_limit, 50), 1), 200)
$$;

-- Says that a notification or a critical alert was seen. The first who says so stands; a retry changes nothing.
create or replace function @schema@.supachat_acknowledge(_feed text, _id uuid)
returns setof @schema@.supachat_feed_row
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := @schema@.supachat_uid();
begin
  if _feed = 'portal_notifications' then
    update @schema@.portal_notifications n set acknowledged_at = clock_timestamp(), acknowledged_by = me
      where n.id = _id and n.user_id = me and n.acknowledged_at is null;
    return query
      select _feed, n.id, n.severity, n.title, n.body, n.created_at, false, n.acknowledged_at, n.acknowledged_by
      from @schema@.portal_notifications n where n.id = _id and n.user_id = me;
  elsif _feed = 'assessment_critical_alerts' then
    update @schema@.assessment_critical_alerts w set acknowledged_at = clock_timestamp(), acknowledged_by = me
      where w.id = _id and w.acknowledged_at is null
        and (@schema@.supachat_treats(w.client_id) or @schema@.supachat_role() = 'admin');
    if found then
      insert into @schema@.audit_logs (user_id, action_type, resource_type, action_description)
        values (me, 'acknowledge', _feed, _id::text);
    end if;
    return query
      select _feed, w.id, w.severity, w.title, w.body, w.created_at, false, w.acknowledged_at, w.acknowledged_by
      from @schema@.assessment_critical_alerts w
      where w.id = _id and (@schema@.supachat_treats(w.client_id) or @schema@.supachat_role() = 'admin');
  else
    raise exception 'nothing can be acknowledged there' using errcode = '22023';
  end if;
  if not found then
    raise exception 'this is not yours to acknowledge' using errcode = '42501';
  end if;
end
$$;

-- Says that nothing is left to be done about a critical alert. Whoever closes it has seen it, so that it is
-- acknowledged too. The first who closes it stands; a retry changes nothing.
create or replace function @schema@.supachat_close(_id uuid)
returns setof @schema@.assessment_critical_alerts
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := @schema@.supachat_uid();
begin
  update @schema@.assessment_critical_alerts w
    set closed_at = clock_timestamp(), closed_by = me,
      acknowledged_at = coalesce(w.acknowledged_at, clock_timestamp()),
      acknowledged_by = coalesce(w.acknowledged_by, me)
    where w.id = _id and w.closed_at is null
      and (@schema@.supachat_treats(w.client_id) or @schema@.supachat_role() = 'admin');
  if found then
    insert into @schema@.audit_logs (user_id, action_type, resource_type, action_description)
      values (me, 'close', 'assessment_critical_alerts', _id::text);
  end if;
  return query select w.* from @schema@.assessment_critical_alerts w
    where w.id = _id and (@schema@.supachat_treats(w.client_id) or @schema@.supachat_role() = 'admin');
  if not found then
    raise exception 'this is not yours to close' using errcode = '42501';
  end if;
end
$$;

-- Writes down that the caller begins to listen to a table. Again within ten seconds it answers the row that
-- is there, so that a line that comes and goes does not fill the log.
create or replace function @schema@.supachat_log_subscription(_resource text) returns @schema@.audit_logs
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := @schema@.supachat_uid();
  stored @schema@.audit_logs;
begin
  if @schema@.supachat_role() is null then
    raise exception 'you have no part in this portal' using errcode = '42501';
  end if;
  if _resource is null or _resource not in (
    'client_portal_messages', 'portal_notifications', 'appointments', 'assessment_critical_alerts',
    'notification_logs', 'audit_logs'
  ) then
    raise exception 'there is no such table to listen to' using errcode = '22023';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('@schema@' || me::text || _resource, 0));
  select * into stored from @schema@.audit_logs d
    where d.user_id = me and d.resource_type = _resource and d.action_type = 'realtime_subscribe'
      and d.created_at > clock_timestamp() - interval '10 seconds'
    order by d.created_at desc limit 1;
  if not found then
    insert into @schema@.audit_logs (user_id, action_type, resource_type, action_description)
      values (me, 'realtime_subscribe', _resource, 'began to listen to ' || _resource)
      returning * into stored;
  end if;
  return stored;
end
$$;

-- @part rights
--   called  @schema@.supachat_uid(), @schema@.supachat_role(), @schema@.supachat_treats(uuid),
--           @schema@.supachat_is_member(uuid), @schema@.supachat_clinician(uuid),
--           @schema@.supachat_may_listen(text, text), @schema@.supachat_may_speak(text, text),
--           @schema@.supachat_threads(uuid), @schema@.supachat_send(uuid, text, text, uuid),
--           @schema@.supachat_ensure_thread(uuid), @schema@.supachat_assign(uuid, uuid),
--           @schema@.supachat_find_people(text), @schema@.supachat_whoami(),
--           @schema@.supachat_feed(timestamptz, uuid, integer), @schema@.supachat_acknowledge(text, uuid),
--           @schema@.supachat_close(uuid), @schema@.supachat_log_subscription(text)
--   inner   @schema@.supachat_topic_key(text, text), @schema@.supachat_add_person(uuid, jsonb, jsonb),
--           @schema@.supachat_on_new_user(), @schema@.supachat_on_change(),
--           @schema@.supachat_tell_moved(text), @schema@.supachat_on_assigned()

-- ------------------------------------------------------------------ what was there before

-- accounts older than this file
select @schema@.supachat_add_person(u.id, u.raw_app_meta_data, u.raw_user_meta_data) from auth.users u
  where not exists (select from @schema@.clinicians s where s.user_id = u.id)
    and not exists (select from @schema@.clients c where c.portal_user_id = u.id)
  order by u.created_at, u.id;

-- @part end
