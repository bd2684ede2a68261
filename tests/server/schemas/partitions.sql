-- Measurements by month and a log by tenant. Traps: partitioned tables, whose policies stand on the parent;
-- partitions that REST must not show, since nothing protects them; a default partition; a key that must hold
-- the partition's column; a foreign key to a partitioned table.
create table readings (
  id bigint generated always as identity,
  owner uuid not null default auth.uid(),
  at timestamptz not null,
  value double precision,
  primary key (id, at)
) partition by range (at);
create table readings_2026_01 partition of readings for values from ('2026-01-01') to ('2026-02-01');
create table readings_2026_02 partition of readings for values from ('2026-02-01') to ('2026-03-01');
create table readings_rest partition of readings default;
create index on readings (owner, at desc);
alter table readings enable row level security;
create policy own on readings using (owner = auth.uid()) with check (owner = auth.uid());

create table marks (
  reading bigint not null, at timestamptz not null, word text not null,
  foreign key (reading, at) references readings (id, at) on delete cascade,
  primary key (reading, at, word)
);
alter table marks enable row level security;
create policy own on marks using (exists (select 1 from readings r where r.id = reading and r.at = marks.at));

create table log (tenant text not null, line text, primary key (tenant, line)) partition by list (tenant);
create table log_a partition of log for values in ('a', 'b') partition by hash (line);
create table log_a_0 partition of log_a for values with (modulus 1, remainder 0);
alter table log enable row level security;
create policy everybody on log for all to authenticated using (tenant = 'a') with check (true);
alter publication supabase_realtime add table readings;
