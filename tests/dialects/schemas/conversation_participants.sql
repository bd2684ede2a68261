-- A messenger: conversations, their participants, text messages that can be edited and are marked deleted.
create table public.conversations (
  id uuid primary key default gen_random_uuid(),
  title text,
  is_group boolean not null default false,
  created_at timestamptz not null default now(),
  last_message_at timestamptz
);
create table public.conversation_participants (
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  joined_at timestamptz not null default now(),
  last_read_at timestamptz,
  primary key (conversation_id, user_id)
);
create table public.direct_messages (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  sender_id uuid not null references auth.users (id),
  body text not null,
  reply_to uuid references public.direct_messages (id),
  sent_at timestamptz not null default now(),
  edited_at timestamptz,
  deleted_at timestamptz
);
create table public.attachments (
  id uuid primary key default gen_random_uuid(),
  message_id uuid not null references public.direct_messages (id) on delete cascade,
  url text not null,
  created_at timestamptz not null default now()
);
alter table public.conversations enable row level security;
alter table public.conversation_participants enable row level security;
alter table public.direct_messages enable row level security;
alter table public.attachments enable row level security;
grant select on public.conversations, public.conversation_participants, public.direct_messages, public.attachments
  to authenticated;
grant insert, update on public.direct_messages to authenticated;
create policy own on public.conversation_participants for select to authenticated using (user_id = auth.uid());
create policy mine on public.conversations for select to authenticated
  using (exists (select from public.conversation_participants p where p.conversation_id = id and p.user_id = auth.uid()));
create policy mine on public.direct_messages for select to authenticated
  using (exists (select from public.conversation_participants p
    where p.conversation_id = direct_messages.conversation_id and p.user_id = auth.uid()));
create policy say on public.direct_messages for insert to authenticated with check (sender_id = auth.uid());
create policy mend on public.direct_messages for update to authenticated using (sender_id = auth.uid());
