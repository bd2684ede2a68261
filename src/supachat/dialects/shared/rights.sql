-- ------------------------------------------------------------------ rights

-- for people and for policies
revoke execute on function
  @called@
  from public, anon, authenticated;
grant execute on function
  @called@
  to authenticated;

-- for nobody: called from the ones above, which run as their owner
revoke execute on function
  @inner@
  from public, anon, authenticated;
