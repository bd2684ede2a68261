-- the thread's key that ends a topic's name; null for a name that is none of ours
create or replace function @schema@.supachat_topic_key(_topic text, _head text) returns uuid
language sql immutable set search_path = '' as $$
  select case
    when starts_with(_topic, _head)
      and substr(_topic, length(_head) + 1) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    then substr(_topic, length(_head) + 1)::uuid
  end
$$;

create or replace function @schema@.supachat_may_listen(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    case
      when starts_with(_topic, '@person@') then
        _extension = 'broadcast' and @known@ is not null
          and _topic = '@person@' || @schema@.supachat_uid()::text
      when starts_with(_topic, '@thread@') then
        _extension = 'broadcast' and @schema@.@sees@(@schema@.supachat_topic_key(_topic, '@thread@'))
      when starts_with(_topic, '@typing@') then
        _extension in ('broadcast', 'presence')
          and @schema@.@sees@(@schema@.supachat_topic_key(_topic, '@typing@'))
    end,
    false
  );
exception when others then
  return false;
end
$$;

-- typing, presence and hints, nothing else
create or replace function @schema@.supachat_may_speak(_topic text, _extension text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(
    _extension in ('broadcast', 'presence')
      and @schema@.@sees@(@schema@.supachat_topic_key(_topic, '@typing@')),
    false
  );
exception when others then
  return false;
end
$$;
