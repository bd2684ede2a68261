-- What clients and their devices do in the demo's portal, as the project's backend writes it.

-- act: heard
select id::text, client_id::text, sender_id::text, message, sent_date::text, array[]::text[]
  from @schema@.client_portal_messages
  where sent_date > %(since)s::timestamptz and sender_id = any (%(people)s::uuid[])
  order by sent_date, id limit 50

-- act: says
insert into @schema@.client_portal_messages (client_id, clinician_id, sender_id, subject, message)
  select c.id, c.clinician_id, c.portal_user_id, coalesce((
      select 'Re: ' || regexp_replace(l.subject, '^(Re: )+', '') from @schema@.client_portal_messages l
      where l.client_id = c.id and l.subject <> '' order by l.sent_date desc, l.id desc limit 1
    ), ''), %(text)s
  from @schema@.clients c where c.id = %(thread)s::uuid
  returning id::text

-- act: alerts
insert into @schema@.assessment_critical_alerts (client_id, severity, title, body)
  select id, 'critical', %(title)s, %(text)s from @schema@.clients where id = %(thread)s::uuid
  returning id::text

-- act: notifies
insert into @schema@.portal_notifications (user_id, severity, title, body)
  values (%(to)s::uuid, 'info', %(title)s, %(text)s)
  returning id::text
