-- A shop. Traps: generated columns, an identity that nobody may set, totals kept by triggers, enums in
-- comparisons, cascade, set null and restrict, numbers that must not become floats, a deferred key.
create type order_status as enum ('draft', 'placed', 'shipped');
create table products (
  sku text primary key,
  price numeric(12, 2) not null check (price >= 0),
  stock int not null default 0 check (stock >= 0),
  label text generated always as (upper(sku)) stored
);
create table orders (
  id int generated always as identity primary key,
  buyer uuid not null default auth.uid() references auth.users on delete cascade,
  status order_status not null default 'draft',
  total numeric(14, 2) not null default 0,
  parent int references orders on delete set null deferrable initially deferred
);
create table order_lines (
  order_id int references orders on delete cascade,
  sku text references products on update cascade on delete restrict,
  quantity int not null check (quantity > 0),
  price numeric(12, 2) not null,
  amount numeric(14, 2) generated always as (quantity * price) stored,
  primary key (order_id, sku)
);
insert into products values ('pen', 1.10, 10), ('ink', 0.30, 5);

create function fill_price() returns trigger language plpgsql as $$
begin
  select price into new.price from products where sku = new.sku;
  return new;
end $$;
create function keep_total() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update orders set total = coalesce((select sum(amount) from order_lines where order_id = orders.id), 0)
  where id = coalesce(new.order_id, old.order_id);
  return null;
end $$;
create trigger a_fill before insert on order_lines for each row when (new.price is null)
  execute function fill_price();
create trigger b_total after insert or update of quantity or delete on order_lines
  for each row execute function keep_total();

alter table products enable row level security;
alter table orders enable row level security;
alter table order_lines enable row level security;
create policy anyone on products for select using (true);
create policy own on orders using (buyer = auth.uid());
create policy own on order_lines using (
  exists (select 1 from orders where id = order_id and buyer = auth.uid() and status = 'draft')
);
