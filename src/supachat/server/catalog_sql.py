"""The questions that a load of the catalog asks Postgres. `schemas` is a list of schema names."""

from __future__ import annotations

from typing import Final, LiteralString

# of the role and database, else of the role
CONFIG: Final[LiteralString] = """
select distinct on (name) split_part(line, '=', 1) as name, substr(line, strpos(line, '=') + 1) as value
from pg_catalog.pg_db_role_setting s
join pg_catalog.pg_roles r on r.oid = s.setrole
cross join lateral unnest(s.setconfig) as line
cross join lateral split_part(line, '=', 1) as name
where r.rolname = 'authenticator' and line like 'pgrst.%%'
  and s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
order by name, s.setdatabase desc
"""

SCHEMAS: Final[LiteralString] = """
select nspname as name from pg_catalog.pg_namespace
where nspname = any(%(schemas)s) and nspname not like 'pg\\_%%'
  and nspname <> all('{auth,realtime,_realtime,_supachat,extensions,information_schema}')
"""

COLUMNS: Final[LiteralString] = """
select c.oid::int8 as oid, n.nspname as schema, c.relname as table, c.relkind in ('v', 'm') as is_view,
       format_type(c.reltype, null) as row_type, obj_description(c.oid, 'pg_class') as comment,
       case when c.relkind = 'm' then 0 else pg_relation_is_updatable(c.oid, true) end as verbs,
       coalesce(json_agg(json_build_object(
           'number', a.attnum,
           'name', a.attname,
           'type', format_type(a.atttypid, a.atttypmod),
           'nullable', not a.attnotnull,
           'comment', col_description(c.oid, a.attnum),
           'enum', (select json_agg(e.enumlabel order by e.enumsortorder)
                      from pg_catalog.pg_enum e where e.enumtypid = a.atttypid),
           'default', case when a.attidentity = 'd'
                           then (select format('nextval(%%L)', format('%%I.%%I', sn.nspname, s.relname))
                                   from pg_catalog.pg_depend o
                                   join pg_catalog.pg_class s on s.oid = o.objid and s.relkind = 'S'
                                   join pg_catalog.pg_namespace sn on sn.oid = s.relnamespace
                                  where o.classid = 'pg_catalog.pg_class'::regclass and o.deptype = 'i'
                                    and o.refobjid = c.oid and o.refobjsubid = a.attnum)
                           when a.attidentity = '' and a.attgenerated = ''
                           then pg_get_expr(d.adbin, d.adrelid) end
       ) order by a.attnum) filter (where a.attnum is not null), '[]') as columns
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition
group by c.oid, n.nspname, c.relname
"""

# of every schema: a view that is exposed may show a table that is not
KEYS: Final[LiteralString] = """
select k.conname as name, k.contype::text as kind, k.conrelid::int8 as table, k.conkey as columns,
       k.confrelid::int8 as ref, coalesce(k.confkey, '{}') as ref_columns
from pg_catalog.pg_constraint k
where k.contype in ('p', 'u', 'f') and k.conparentid = 0 and k.conrelid <> 0
  and k.connamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
order by k.conname, k.oid
"""

VIEWS: Final[LiteralString] = """
select c.oid::int8 as view, r.ev_action::text as tree
from pg_catalog.pg_rewrite r
join pg_catalog.pg_class c on c.oid = r.ev_class
where c.relkind in ('v', 'm') and r.rulename = '_RETURN'
  and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
order by c.relname
"""

TYPES: Final[LiteralString] = """
select n.nspname as schema, t.typname as name, format_type(t.oid, null) as type
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where n.nspname = any(%(schemas)s) and t.typtype in ('e', 'd')
"""

FUNCTIONS: Final[LiteralString] = """
select n.nspname as schema, p.proname as name, p.proretset as many, p.provolatile = 'v' as volatile,
       p.prorows = 1 as lone, obj_description(p.oid, 'pg_proc') as comment,
       format_type(p.prorettype, null) as returns,
       p.pronargdefaults as defaults, p.prorettype = 'pg_catalog.void'::regtype as void,
       t.typtype = 'c' or p.prorettype = 'pg_catalog.record'::regtype as composite,
       rn.nspname as row_schema, r.relname as row_table,
       (select json_agg(json_build_object(
                   'name', a.attname,
                   'type', format_type(a.atttypid, a.atttypmod)
               ) order by a.attnum)
          from pg_catalog.pg_attribute a
         where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) as row_columns,
       (select coalesce(json_agg(json_build_object(
                   'name', coalesce(p.proargnames[arg.place], ''),
                   'mode', coalesce(p.proargmodes[arg.place], 'i'),
                   'type', format_type(arg.type, null)
               ) order by arg.place), '[]')
          from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as arg(type, place)
       ) as arguments
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_type t on t.oid = p.prorettype
left join pg_catalog.pg_class r on r.oid = t.typrelid and r.relkind <> 'c'
left join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
where n.nspname = any(%(schemas)s) and p.prokind = 'f'
  and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
order by n.nspname, p.proname, p.oid
"""
