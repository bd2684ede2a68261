  cross join lateral (
    select count(*)::integer as unread from (
      select from @schema@.@messages@ x
      where @theirs@
        and (x.@time@, x.id) > (
          coalesce(@cursor@.read_at, '-infinity'), coalesce(@cursor@.read_message_id, '00000000-0000-0000-0000-000000000000')
        )
      limit 1000
    ) counted
  ) n
