-- supachat, dialect sessions, fifth part: writing, reading, finding, the rights, and the end.

-- A retry with the same _id changes nothing and answers the row that is there, to its author only.
create or replace function @schema@.supachat_send(
  _session_id text, _content text, _id uuid default null, _message_type text default 'text',
  _metadata jsonb default '{}'
) returns @schema@.chat_messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant text := @schema@.supachat_uid();
  message_id constant uuid := coalesce(_id, gen_random_uuid());
  stored @schema@.chat_messages;
begin
  if not @schema@.supachat_is_member(_session_id) then
    raise exception 'this session is not yours' using errcode = '42501';
  end if;
  perform @schema@.supachat_check_content(_content);
  if _message_type is null or _message_type not in ('text', 'voice') then
    raise exception 'a person writes text or voice' using errcode = '22023';
  end if;
  if octet_length(_metadata::text) > 65536 then
    raise exception 'the metadata is longer than 64 KB' using errcode = '22023';
  end if;
  -- one writer at a time in a session: the order of times is then the order of commits
  perform from @schema@.chat_sessions s where s.id = _session_id for no key update;
  insert into @schema@.chat_messages
      (id, session_id, user_id, content, role, message_type, metadata, created_at)
    values (message_id, _session_id, me, _content, 'user', _message_type, coalesce(_metadata, '{}'), clock_timestamp())
  -- @part once
  --   messages  chat_messages
  --   mine      m.user_id = me and m.session_id = _session_id
  return stored;
end
$$;

create or replace function @schema@.supachat_check_content(_content text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  -- @part text_fits
  --   text  _content
end
$$;

-- what the caller wrote, while they belong to its session
create or replace function @schema@.supachat_edit(_message_id uuid, _content text)
returns @schema@.chat_messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  stored @schema@.chat_messages;
begin
  perform @schema@.supachat_check_content(_content);
  update @schema@.chat_messages m set content = _content
    where m.id = _message_id and m.role = 'user' and m.user_id = @schema@.supachat_uid()
      and @schema@.supachat_is_member(m.session_id)
    returning * into stored;
  if not found then
    raise exception 'this message is not yours, or not there any more' using errcode = '42501';
  end if;
  return stored;
end
$$;

-- Whether there was such a message. One that is gone is gone: a retry answers false.
create or replace function @schema@.supachat_delete(_message_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from @schema@.chat_messages m
    where m.id = _message_id and (
      @schema@.supachat_is_owner(m.session_id)
      or (m.role = 'user' and m.user_id = @schema@.supachat_uid() and @schema@.supachat_is_member(m.session_id))
    );
  if found then
    return true;
  end if;
  if exists (select from @schema@.chat_messages m where m.id = _message_id) then
    raise exception 'this message is not yours' using errcode = '42501';
  end if;
  return false;
end
$$;

-- @part rights
--   called  @schema@.supachat_uid(), @schema@.supachat_is_member(text), @schema@.supachat_is_owner(text),
--           @schema@.supachat_may_listen(text, text), @schema@.supachat_may_speak(text, text),
--           @schema@.supachat_threads(text), @schema@.supachat_create_thread(text, text[], text),
--           @schema@.supachat_ensure_thread(text), @schema@.supachat_rename(text, text),
--           @schema@.supachat_set_status(text, text), @schema@.supachat_touch(text),
--           @schema@.supachat_invite(text, text), @schema@.supachat_remove(text, text),
--           @schema@.supachat_leave(text), @schema@.supachat_set_presence(text, text, jsonb),
--           @schema@.supachat_prices(text[]), @schema@.supachat_send(text, text, uuid, text, jsonb),
--           @schema@.supachat_edit(uuid, text), @schema@.supachat_delete(uuid),
--           @schema@.supachat_find_people(text), @schema@.supachat_whoami()
--   inner   @schema@.supachat_add_profile(uuid, jsonb), @schema@.supachat_on_user(),
--           @schema@.supachat_on_change(), @schema@.supachat_before_message(),
--           @schema@.supachat_on_message(), @schema@.supachat_on_member(),
--           @schema@.supachat_tell_moved(text),
--           @schema@.supachat_check_owner(text), @schema@.supachat_add_member(text, text),
--           @schema@.supachat_check_content(text)

-- @part end
