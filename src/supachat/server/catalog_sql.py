"""The three questions that `catalog` asks Postgres. Each takes `schemas`, a list of schema names."""

from __future__ import annotations

from typing import Final, LiteralString

COLUMNS: Final[LiteralString] = """
select n.nspname as schema, c.relname as table,
       coalesce(json_agg(json_build_object(
           'name', a.attname,
           'type', format_type(a.atttypid, a.atttypmod),
           'category', t.typcategory,
           'default', case when a.attidentity = '' and a.attgenerated = ''
                           then pg_get_expr(d.adbin, d.adrelid) end
       ) order by a.attnum) filter (where a.attnum is not null), '[]') as columns
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition
group by n.nspname, c.relname
"""

KEYS: Final[LiteralString] = """
select k.conname as name, k.contype::text as kind, n.nspname as schema, c.relname as table,
       fn.nspname as ref_schema, f.relname as ref_table,
       (select array_agg(a.attname::text order by at.place)
          from unnest(k.conkey) with ordinality as at(num, place)
          join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = at.num) as columns,
       (select array_agg(a.attname::text order by at.place)
          from unnest(k.confkey) with ordinality as at(num, place)
          join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = at.num) as ref_columns
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_class f on f.oid = k.confrelid
left join pg_catalog.pg_namespace fn on fn.oid = f.relnamespace
where n.nspname = any(%(schemas)s) and k.contype in ('p', 'u', 'f') and k.conparentid = 0
order by k.conname
"""

FUNCTIONS: Final[LiteralString] = """
select n.nspname as schema, p.proname as name, p.proretset as many, p.provolatile = 'v' as volatile,
       p.pronargdefaults as defaults, p.prorettype = 'pg_catalog.void'::regtype as void,
       t.typtype = 'c' or p.prorettype = 'pg_catalog.record'::regtype as composite,
       rn.nspname as row_schema, r.relname as row_table,
       (select json_agg(json_build_object(
                   'name', a.attname,
                   'type', format_type(a.atttypid, a.atttypmod),
                   'category', ty.typcategory
               ) order by a.attnum)
          from pg_catalog.pg_attribute a join pg_catalog.pg_type ty on ty.oid = a.atttypid
         where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) as row_columns,
       (select coalesce(json_agg(json_build_object(
                   'name', coalesce(p.proargnames[arg.place], ''),
                   'mode', coalesce(p.proargmodes[arg.place], 'i'),
                   'type', format_type(arg.type, null),
                   'category', ty.typcategory
               ) order by arg.place), '[]')
          from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as arg(type, place)
          join pg_catalog.pg_type ty on ty.oid = arg.type) as arguments
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_type t on t.oid = p.prorettype
left join pg_catalog.pg_class r on r.oid = t.typrelid and r.relkind <> 'c'
left join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
where n.nspname = any(%(schemas)s) and p.prokind = 'f'
  and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
order by n.nspname, p.proname, p.oid
"""
