-- What a dump of a hosted project looks like. Traps: settings that stay on the connection, an empty search
-- path, extensions that are not here, owners and grants spelled out, default privileges, sequences, comments.

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE EXTENSION IF NOT EXISTS "pg_cron" WITH SCHEMA "pg_catalog";
CREATE EXTENSION IF NOT EXISTS "pg_net" WITH SCHEMA "extensions";
COMMENT ON SCHEMA "public" IS 'standard public schema';
CREATE EXTENSION IF NOT EXISTS "pg_graphql" WITH SCHEMA "graphql";
CREATE EXTENSION IF NOT EXISTS "pg_stat_statements_gone" WITH SCHEMA "extensions";
CREATE EXTENSION IF NOT EXISTS "pgcrypto" WITH SCHEMA "extensions";
CREATE EXTENSION IF NOT EXISTS "supabase_vault" WITH SCHEMA "vault";
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA "extensions";

CREATE OR REPLACE FUNCTION "public"."touch"() RETURNS "trigger"
    LANGUAGE "plpgsql"
    AS $$
BEGIN
  NEW.edited := coalesce(OLD.edited, 0) + 1;
  RETURN NEW;
END;
$$;
ALTER FUNCTION "public"."touch"() OWNER TO "postgres";

SET default_tablespace = '';
SET default_table_access_method = "heap";

CREATE TABLE IF NOT EXISTS "public"."notes" (
    "id" bigint NOT NULL,
    "owner" "uuid" DEFAULT "auth"."uid"() NOT NULL,
    "key" "uuid" DEFAULT "extensions"."uuid_generate_v4"(),
    "body" "text" NOT NULL,
    "edited" smallint DEFAULT '0'::smallint NOT NULL,
    CONSTRAINT "notes_body_check" CHECK (("length"("body") > 0))
);
ALTER TABLE "public"."notes" OWNER TO "postgres";
COMMENT ON TABLE "public"."notes" IS 'What people wrote';
CREATE SEQUENCE IF NOT EXISTS "public"."notes_id_seq" START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER TABLE "public"."notes_id_seq" OWNER TO "postgres";
ALTER SEQUENCE "public"."notes_id_seq" OWNED BY "public"."notes"."id";
ALTER TABLE ONLY "public"."notes" ALTER COLUMN "id" SET DEFAULT "nextval"('"public"."notes_id_seq"'::"regclass");
ALTER TABLE ONLY "public"."notes" ADD CONSTRAINT "notes_pkey" PRIMARY KEY ("id");
ALTER TABLE ONLY "public"."notes" REPLICA IDENTITY FULL;
CREATE OR REPLACE TRIGGER "touch" BEFORE UPDATE ON "public"."notes" FOR EACH ROW EXECUTE FUNCTION "public"."touch"();
ALTER TABLE ONLY "public"."notes"
    ADD CONSTRAINT "notes_owner_fkey" FOREIGN KEY ("owner") REFERENCES "auth"."users"("id") ON DELETE CASCADE;
CREATE POLICY "own" ON "public"."notes" USING (("auth"."uid"() = "owner"));
ALTER TABLE "public"."notes" ENABLE ROW LEVEL SECURITY;

ALTER PUBLICATION "supabase_realtime" OWNER TO "postgres";
ALTER PUBLICATION "supabase_realtime" ADD TABLE ONLY "public"."notes";

GRANT USAGE ON SCHEMA "public" TO "postgres";
GRANT USAGE ON SCHEMA "public" TO "anon";
GRANT ALL ON FUNCTION "public"."touch"() TO "anon";
GRANT ALL ON TABLE "public"."notes" TO "authenticated";
GRANT ALL ON TABLE "public"."notes" TO "service_role";
REVOKE ALL ON TABLE "public"."notes" FROM "anon";
GRANT ALL ON SEQUENCE "public"."notes_id_seq" TO "authenticated";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON SEQUENCES TO "postgres";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON SEQUENCES TO "authenticated";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON FUNCTIONS TO "authenticated";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON TABLES TO "authenticated";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON TABLES FROM "anon";
RESET ALL;
create table later (id int primary key);
