CREATE TABLE `audit` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`target` text,
	`outcome` text NOT NULL,
	`detail` text NOT NULL,
	`previous` text NOT NULL,
	`hash` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`subject` text NOT NULL,
	`sid` text,
	`created_at` integer NOT NULL,
	`used_at` integer NOT NULL,
	`person` text NOT NULL,
	`id_token` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sign_in_attempts` (
	`address` text NOT NULL,
	`since` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`address`, `since`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER `audit_stays_as_it_is` BEFORE UPDATE ON `audit` BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_keeps_all` BEFORE DELETE ON `audit` BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
