-- @part describe

notify pgrst, 'reload schema';

commit;
