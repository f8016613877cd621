-- The original service's tables, as its object mapper makes them: quoted camelCase, ids as text, enum types, and moments
-- without a zone, which are UTC. Foreign keys are left out, so that rows may lead nowhere, as they do after hand-made
-- changes; a few columns that later versions had (requesterId, number, tags, deletedAt …) are here too.
CREATE TYPE "UserRole" AS ENUM ('ADMIN', 'AGENT', 'USER', 'OWNER');
CREATE TYPE "TicketStatus" AS ENUM ('open', 'in_progress', 'resolved', 'closed', 'cancelled', 'CANCELED', 'on_hold');
CREATE TYPE "TicketPriority" AS ENUM ('low', 'medium', 'high', 'urgent', 'CRITICAL', 'someday');
CREATE TYPE "ActivityType" AS ENUM ('CREATED', 'UPDATED', 'COMMENTED', 'STATUS_CHANGED', 'PRIORITY_CHANGED', 'ASSIGNED');
CREATE TYPE "NotificationType" AS ENUM
    ('TICKET_CREATED', 'TICKET_UPDATED', 'TICKET_ASSIGNED', 'COMMENT_ADDED', 'STATUS_CHANGED');
CREATE TYPE "WebhookEvent" AS ENUM ('TICKET_CREATED', 'TICKET_UPDATED', 'TICKET_CLOSED', 'COMMENT_ADDED', 'SLA_BREACHED');
CREATE TABLE "Tenant" (
    "id" text PRIMARY KEY,
    "name" text NOT NULL,
    "slug" text NOT NULL UNIQUE,
    "settings" jsonb,
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE "User" (
    "id" text PRIMARY KEY,
    "email" text NOT NULL UNIQUE,
    "password" text NOT NULL,
    "firstName" text NOT NULL,
    "lastName" text NOT NULL,
    "role" "UserRole" NOT NULL DEFAULT 'USER',
    "tenantId" text NOT NULL,
    "isActive" boolean NOT NULL DEFAULT true,
    "deletedAt" timestamp(3),
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE "Ticket" (
    "id" text PRIMARY KEY,
    "number" integer,
    "title" text NOT NULL,
    "description" text NOT NULL,
    "status" "TicketStatus" NOT NULL DEFAULT 'open',
    "priority" "TicketPriority" NOT NULL DEFAULT 'medium',
    "tenantId" text NOT NULL,
    "createdById" text NOT NULL,
    "requesterId" text,
    "assignedToId" text,
    "tags" text[] NOT NULL DEFAULT '{}',
    "metadata" jsonb,
    "deletedAt" timestamp(3),
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE "Comment" (
    "id" text PRIMARY KEY,
    "content" text NOT NULL,
    "ticketId" text NOT NULL,
    "authorId" text NOT NULL,
    "isInternal" boolean NOT NULL DEFAULT false,
    "deletedAt" timestamp(3),
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX ON "Comment" ("ticketId");
CREATE TABLE "Attachment" (
    "id" text PRIMARY KEY,
    "filename" text NOT NULL,
    "fileUrl" text NOT NULL,
    "fileSize" integer NOT NULL,
    "mimeType" text NOT NULL,
    "ticketId" text NOT NULL,
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX ON "Attachment" ("ticketId");
CREATE TABLE "TicketActivity" (
    "id" text PRIMARY KEY,
    "ticketId" text NOT NULL,
    "type" "ActivityType" NOT NULL,
    "changes" jsonb,
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX ON "TicketActivity" ("ticketId");
CREATE TABLE "Notification" (
    "id" text PRIMARY KEY,
    "type" "NotificationType" NOT NULL,
    "userId" text NOT NULL,
    "title" text NOT NULL,
    "message" text NOT NULL,
    "data" jsonb,
    "isRead" boolean NOT NULL DEFAULT false,
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE "Webhook" (
    "id" text PRIMARY KEY,
    "tenantId" text NOT NULL,
    "url" text NOT NULL,
    "events" "WebhookEvent"[],
    "secret" text NOT NULL,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE "WebhookDelivery" (
    "id" text PRIMARY KEY,
    "webhookId" text NOT NULL,
    "event" text NOT NULL,
    "payload" jsonb NOT NULL,
    "statusCode" integer,
    "response" text,
    "success" boolean NOT NULL DEFAULT false,
    "attempts" integer NOT NULL DEFAULT 0,
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deliveredAt" timestamp(3)
);
