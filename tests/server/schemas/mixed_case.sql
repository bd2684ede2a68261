-- What an object mapper makes. Traps: quoted mixed-case names everywhere, names that are SQL's own words, with
-- a blank or a percent sign, a junction table that begins with an underscore, defaults by enum, timestamp(3)
-- without a zone, an updatedAt that the client writes.
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
CREATE TABLE "User" (
    "id" TEXT NOT NULL,
    "authId" UUID NOT NULL DEFAULT auth.uid(),
    "fullName" TEXT,
    "role" "Role" NOT NULL DEFAULT 'USER',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Post" (
    "id" SERIAL NOT NULL,
    "order" INTEGER NOT NULL DEFAULT 0,
    "Share %" INTEGER,
    "authorId" TEXT NOT NULL,
    "meta Data" JSONB NOT NULL DEFAULT '{}',
    CONSTRAINT "Post_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Tag" ("id" SERIAL PRIMARY KEY, "select" TEXT NOT NULL);
CREATE TABLE "_PostToTag" (
    "A" INTEGER NOT NULL, "B" INTEGER NOT NULL, CONSTRAINT "_PostToTag_AB_pkey" PRIMARY KEY ("A", "B")
);
CREATE UNIQUE INDEX "User_authId_key" ON "User"("authId");
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey"
  FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "_PostToTag" ADD CONSTRAINT "_PostToTag_A_fkey"
  FOREIGN KEY ("A") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "_PostToTag" ADD CONSTRAINT "_PostToTag_B_fkey"
  FOREIGN KEY ("B") REFERENCES "Tag"("id") ON DELETE CASCADE ON UPDATE CASCADE;
INSERT INTO "Tag" ("select") VALUES ('new'), ('old');

ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Post" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Users see users" ON "User" FOR SELECT TO authenticated USING (true);
CREATE POLICY "Own ""User""" ON "User" TO authenticated USING ("authId" = auth.uid());
CREATE POLICY "Posts are read" ON "Post" FOR SELECT TO authenticated USING (true);
CREATE POLICY "Own posts" ON "Post" TO authenticated
  USING ((SELECT "authId" FROM "User" u WHERE u."id" = "Post"."authorId") = auth.uid());
CREATE FUNCTION "postCount"("userId" TEXT, "minOrder" INTEGER DEFAULT 0) RETURNS BIGINT LANGUAGE sql STABLE
  AS $$ SELECT count(*) FROM "Post" WHERE "authorId" = "userId" AND "order" >= "minOrder" $$;
