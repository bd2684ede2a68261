"""The local server of the benchmark: its limits raised, its first line JSON. It ends with its parent."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from supachat.server.context import Limits, RealtimeLimits
from supachat.server.serve import Options, Started, serve

SCHEMA = """
create table public.rows (
  id uuid primary key default gen_random_uuid(), n int not null, body text not null default 'hello',
  created_at timestamptz not null default clock_timestamp()
);
create index on public.rows (created_at, id);
alter table public.rows enable row level security;
create policy everybody on public.rows for select to authenticated using (true);
insert into public.rows (n, created_at)
  select i, now() - i * interval '1 second' from generate_series(1, 10000) i;
create table public.told (n int);
create function public.tell() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.broadcast_changes('bench:told', tg_op, tg_op, tg_table_name, tg_table_schema, new, null);
  return null;
end
$$;
create trigger tell after insert on public.told for each row execute function public.tell();
create table public.watched (n int primary key);
alter table public.watched enable row level security;
create policy everybody on public.watched for select to authenticated using (true);
alter publication supabase_realtime add table public.watched;
create policy hear on realtime.messages for select to authenticated using (realtime.topic() like 'bench:%');
create policy speak on realtime.messages for insert to authenticated
  with check (realtime.topic() like 'bench:%');
"""
MANY = 10**6
LIMITS = Limits(
    realtime=RealtimeLimits(
        users=MANY, joins_per_second=MANY, events_per_second=MANY, channels_per_socket=MANY
    )
)


def _say(started: Started) -> None:
    sys.stdout.write(json.dumps({"url": started.url, "pid": started.pid}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    folder, pipe = Path(sys.argv[1]), int(sys.argv[2])
    options = Options(folder, port=0, texts=(("bench.sql", SCHEMA),), limits=LIMITS, watch_fd=pipe)
    asyncio.run(serve(options, _say))
