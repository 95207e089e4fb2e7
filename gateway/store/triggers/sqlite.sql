-- Immutability that no command may get round. Re-created after every migration.

CREATE TRIGGER blob_fixed_update BEFORE UPDATE ON blob
WHEN NEW.sha256 <> OLD.sha256 OR NEW.part <> OLD.part OR substr(NEW.bytes, 1, 9) = substr(OLD.bytes, 1, 9)
  OR lower(hex(substr(NEW.bytes, 1, 9))) IS NOT (SELECT rewrap_to FROM instance WHERE id = 1)
BEGIN SELECT RAISE(ABORT, 'T3 blob is insert-only'); END;
CREATE TRIGGER blob_fixed_delete BEFORE DELETE ON blob
WHEN NOT EXISTS (SELECT 1 FROM pruned WHERE sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM batch WHERE source_sha256 = OLD.sha256 AND state <> 'invalid')
  OR EXISTS (SELECT 1 FROM file_in WHERE sha256 = OLD.sha256 OR signature_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM file_out WHERE sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM wire_object WHERE sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM decision WHERE evidence_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM resolution WHERE evidence_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM roster_file WHERE source_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM population_answer WHERE source_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM account_file WHERE source_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM account_answer WHERE source_sha256 = OLD.sha256)
BEGIN SELECT RAISE(ABORT, 'T3 blob is insert-only'); END;
CREATE TRIGGER pruned_fixed_update BEFORE UPDATE ON pruned BEGIN SELECT RAISE(ABORT, 'T3 pruned is insert-only'); END;
CREATE TRIGGER pruned_fixed_delete BEFORE DELETE ON pruned BEGIN SELECT RAISE(ABORT, 'T3 pruned is insert-only'); END;
CREATE TRIGGER audit_fixed_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'A2 audit is insert-only'); END;
CREATE TRIGGER audit_fixed_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'A2 audit is insert-only'); END;
CREATE TRIGGER history_fixed_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'M3 history is insert-only'); END;
CREATE TRIGGER history_fixed_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'M3 history is insert-only'); END;
CREATE TRIGGER approval_fixed_update BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'M11 approval is insert-only'); END;
CREATE TRIGGER approval_fixed_delete BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'M11 approval is insert-only'); END;
CREATE TRIGGER requirement_fixed_update BEFORE UPDATE ON requirement BEGIN SELECT RAISE(ABORT, 'M11 requirement is insert-only'); END;
CREATE TRIGGER requirement_fixed_delete BEFORE DELETE ON requirement BEGIN SELECT RAISE(ABORT, 'M11 requirement is insert-only'); END;
CREATE TRIGGER acknowledgement_fixed_update BEFORE UPDATE ON acknowledgement BEGIN SELECT RAISE(ABORT, 'M11 acknowledgement is insert-only'); END;
CREATE TRIGGER acknowledgement_fixed_delete BEFORE DELETE ON acknowledgement BEGIN SELECT RAISE(ABORT, 'M11 acknowledgement is insert-only'); END;
CREATE TRIGGER batch_report_fixed_update BEFORE UPDATE ON batch_report BEGIN SELECT RAISE(ABORT, 'S8 batch report is insert-only'); END;
CREATE TRIGGER batch_report_fixed_delete BEFORE DELETE ON batch_report BEGIN SELECT RAISE(ABORT, 'S8 batch report is insert-only'); END;
CREATE TRIGGER wire_object_fixed_update BEFORE UPDATE ON wire_object BEGIN SELECT RAISE(ABORT, 'M5 wire object is insert-only'); END;
CREATE TRIGGER wire_object_fixed_delete BEFORE DELETE ON wire_object BEGIN SELECT RAISE(ABORT, 'M5 wire object is insert-only'); END;
CREATE TRIGGER payment_fixed_delete BEFORE DELETE ON payment BEGIN SELECT RAISE(ABORT, 'M2 payment is never deleted'); END;

CREATE TRIGGER payment_content_fixed BEFORE UPDATE OF
  batch_id, line, payer, programme, payment_ref, end_to_end_id, uetr, partner, bank, amount, entitled_amount, currency, kind,
  benefit_month, commune_code, person_blind, account_blind, content_blind ON payment
BEGIN SELECT RAISE(ABORT, 'M12 payment content is fixed'); END;
CREATE TRIGGER payment_envelope_fixed BEFORE UPDATE OF personal ON payment
WHEN substr(NEW.personal, 1, 9) = substr(OLD.personal, 1, 9)
  OR lower(hex(substr(NEW.personal, 1, 9))) IS NOT (SELECT rewrap_to FROM instance WHERE id = 1)
BEGIN SELECT RAISE(ABORT, 'M12 payment content is fixed'); END;

CREATE TRIGGER payment_key_released BEFORE UPDATE OF holds_key ON payment WHEN NEW.holds_key AND NOT OLD.holds_key
  AND NEW.state NOT IN ('sent', 'accepted', 'settled')
BEGIN SELECT RAISE(ABORT, 'M10 a released benefit key is only taken back by a payment that is out'); END;

CREATE TRIGGER payment_file_not_revived BEFORE UPDATE ON payment_file
WHEN (NEW.live AND NOT OLD.live) OR NEW.payment_id <> OLD.payment_id OR NEW.file_id <> OLD.file_id
BEGIN SELECT RAISE(ABORT, 'M4 a dead link stays dead'); END;
CREATE TRIGGER payment_file_fixed_delete BEFORE DELETE ON payment_file
BEGIN SELECT RAISE(ABORT, 'M4 a link is never deleted'); END;

CREATE TRIGGER file_out_identity_fixed BEFORE UPDATE OF
  message_id, payment_information_id, partner, batch_id, message, name, created_at, execution_date, debtor,
  debtor_account, initiating_party, initiating_party_id, payments, amount, currency ON file_out
BEGIN SELECT RAISE(ABORT, 'M5 file identity is fixed'); END;
CREATE TRIGGER file_out_sealed_once BEFORE UPDATE OF sha256, key_id ON file_out WHEN OLD.sha256 IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'M5 a file is sealed once'); END;
CREATE TRIGGER file_out_content_fixed BEFORE UPDATE OF content_sha256 ON file_out WHEN OLD.content_sha256 IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'M12 file content is fixed'); END;
CREATE TRIGGER file_out_fixed_delete BEFORE DELETE ON file_out
BEGIN SELECT RAISE(ABORT, 'M5 a message id is never forgotten'); END;

CREATE TRIGGER batch_content_fixed BEFORE UPDATE OF
  payer, programme, period, maker, rows_sha256, payments, amount, currency, approvals_required ON batch
BEGIN SELECT RAISE(ABORT, 'M12 batch content is fixed'); END;
CREATE TRIGGER batch_content_digest_fixed BEFORE UPDATE OF content_sha256 ON batch WHEN OLD.content_sha256 IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'M12 batch content is fixed'); END;

CREATE TRIGGER operator_key_fixed BEFORE UPDATE OF name, key_id, public_key, enrolled_at ON operator
BEGIN SELECT RAISE(ABORT, 'M11 a person keeps name and key'); END;
CREATE TRIGGER operator_fixed_delete BEFORE DELETE ON operator
BEGIN SELECT RAISE(ABORT, 'M11 a person is never forgotten'); END;
CREATE TRIGGER operator_added_by_decision BEFORE INSERT ON operator
WHEN NEW.revoked_at IS NOT NULL OR (NEW.roles <> 'admin' AND NOT EXISTS (SELECT 1 FROM decision d
  WHERE d.subject = NEW.name AND d.state = 'executed' AND d.verb = 'operator add'))
BEGIN SELECT RAISE(ABORT, 'M11 a person is enrolled by the decision of two admins'); END;
CREATE TRIGGER operator_changed_by_decision BEFORE UPDATE ON operator
WHEN OLD.revoked_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM decision d WHERE d.subject = OLD.name
  AND d.state = 'executed' AND d.verb = CASE WHEN NEW.revoked_at IS NOT NULL THEN 'operator revoke'
  WHEN NEW.roles <> OLD.roles THEN 'operator role' ELSE d.verb END)
BEGIN SELECT RAISE(ABORT, 'M11 a person is changed by the decision of two admins'); END;

CREATE TRIGGER batch_signed_by_enough BEFORE UPDATE OF state ON batch
WHEN NEW.state = 'approved' AND OLD.state = 'submitted' AND EXISTS (SELECT 1 FROM requirement r WHERE r.batch_id = OLD.id
  AND (r.checkers > (SELECT count(*) FROM approval a WHERE a.batch_id = OLD.id AND a.role = 'checker')
  OR (r.releaser AND NOT EXISTS (SELECT 1 FROM approval a WHERE a.batch_id = OLD.id AND a.role = 'releaser'))))
BEGIN SELECT RAISE(ABORT, 'M11 a batch is approved by everybody who must sign'); END;

CREATE TRIGGER decision_fixed BEFORE UPDATE OF
  reference, verb, subject, params, reason, evidence_name, evidence_sha256, precondition, proposed_by, proposed_key,
  proposed_at, proposal ON decision
BEGIN SELECT RAISE(ABORT, 'M11 a proposal is fixed'); END;
CREATE TRIGGER decision_ends_once BEFORE UPDATE ON decision WHEN OLD.state <> 'proposed'
BEGIN SELECT RAISE(ABORT, 'M11 a decision ends once'); END;
CREATE TRIGGER decision_amends_by_others BEFORE UPDATE OF state ON decision
WHEN NEW.state = 'executed' AND NEW.verb = 'batch amend' AND EXISTS (SELECT 1 FROM batch b WHERE b.id = NEW.subject
  AND b.maker = NEW.confirmed_by)
BEGIN SELECT RAISE(ABORT, 'M11 a batch is not amended by its maker'); END;
CREATE TRIGGER decision_fixed_delete BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'M11 decision is never deleted'); END;
CREATE TRIGGER verdict_fixed_update BEFORE UPDATE ON verdict BEGIN SELECT RAISE(ABORT, 'M9 verdict is insert-only'); END;
CREATE TRIGGER verdict_fixed_delete BEFORE DELETE ON verdict BEGIN SELECT RAISE(ABORT, 'M9 verdict is insert-only'); END;
CREATE TRIGGER stop_lifted_once BEFORE UPDATE ON stop
WHEN OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL OR NEW.decision_id IS NULL OR NEW.scope <> OLD.scope
  OR NEW.subject <> OLD.subject
BEGIN SELECT RAISE(ABORT, 'M16 a stop is only lifted by a decision'); END;
CREATE TRIGGER stop_fixed_delete BEFORE DELETE ON stop BEGIN SELECT RAISE(ABORT, 'M16 stop is never deleted'); END;
CREATE TRIGGER decision_is_proposed_first BEFORE INSERT ON decision WHEN NEW.state <> 'proposed'
BEGIN SELECT RAISE(ABORT, 'M11 a decision begins as a proposal'); END;
CREATE TRIGGER verdict_by_decision BEFORE INSERT ON verdict
WHEN NOT EXISTS (SELECT 1 FROM decision d JOIN file_out f ON f.message_id = d.subject WHERE d.id = NEW.decision_id
  AND f.id = NEW.file_id AND d.state = 'executed' AND d.verb IN ('file resolve', 'file mark-delivered'))
BEGIN SELECT RAISE(ABORT, 'M11 a verdict needs the decision of two on this file'); END;
CREATE TRIGGER stop_lifted_by_decision BEFORE UPDATE ON stop
WHEN NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = 'executed' AND d.verb = 'start'
  AND d.subject = trim(OLD.scope || ' ' || OLD.subject))
BEGIN SELECT RAISE(ABORT, 'M16 a stop is only lifted by the decision of two on its scope'); END;

CREATE TRIGGER exception_fixed_delete BEFORE DELETE ON exception
BEGIN SELECT RAISE(ABORT, 'S6 an exception is never deleted'); END;
CREATE TRIGGER exception_content_fixed BEFORE UPDATE OF kind, partner, entry_id, detail_id, payment_id, opened_at ON exception
BEGIN SELECT RAISE(ABORT, 'S6 what an exception is about is fixed'); END;
CREATE TRIGGER exception_ends_by_resolution BEFORE UPDATE OF state ON exception
WHEN NEW.state <> OLD.state AND (CASE NEW.state WHEN 'open' THEN OLD.healed_at ELSE NEW.healed_at END IS NULL)
  <> EXISTS (SELECT 1 FROM resolution r WHERE r.exception_id = OLD.id AND NEW.state <> 'open')
BEGIN SELECT RAISE(ABORT, 'S6 an exception ends by its resolution, or heals'); END;
CREATE TRIGGER resolution_fixed_update BEFORE UPDATE ON resolution
BEGIN SELECT RAISE(ABORT, 'S6 resolution is insert-only'); END;
CREATE TRIGGER resolution_fixed_delete BEFORE DELETE ON resolution
BEGIN SELECT RAISE(ABORT, 'S6 resolution is insert-only'); END;
CREATE TRIGGER resolution_by_decision BEFORE INSERT ON resolution
WHEN NOT (NEW.resolution IN ('answered', 'mended') AND EXISTS (SELECT 1 FROM exception x WHERE x.id =
  NEW.exception_id AND x.kind IN (
  'archive_denied', 'done_without_file', 'file_too_large', 'file_unanswered', 'file_unknown', 'file_unread',
  'file_unstable', 'file_without_done', 'file_without_signature', 'message_id_reused', 'name_withheld',
  'no_final_answer', 'overdue', 'quarantined', 'signature_without_file', 'status_for_unknown_payment',
  'unknown_status', 'unproven_statement')))
  AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = 'executed'
  AND d.verb = 'exception resolve' AND d.subject = CAST(NEW.exception_id AS TEXT))
BEGIN SELECT RAISE(ABORT, 'M11 this resolution needs the decision of two on its exception'); END;
CREATE TRIGGER payment_successor_proven BEFORE INSERT ON payment
WHEN NEW.predecessor_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.id = NEW.predecessor_id
  AND (p.state IN ('rejected', 'returned') OR (p.state = 'cancelled' AND p.predecessor_id IS NOT NULL))
  AND NOT p.holds_key AND p.payer = NEW.payer AND p.programme = NEW.programme AND p.person_blind = NEW.person_blind
  AND p.benefit_month = NEW.benefit_month AND (p.kind = NEW.kind OR NEW.kind = 'carry-over')
  AND p.amount = NEW.amount
  AND p.currency = NEW.currency)
BEGIN SELECT RAISE(ABORT, 'M10 a successor needs a predecessor that was rejected or returned'); END;
CREATE TRIGGER payment_predecessor_fixed BEFORE UPDATE OF predecessor_id ON payment
BEGIN SELECT RAISE(ABORT, 'M10 a predecessor is named once for ever'); END;
CREATE TRIGGER payment_arrears_within_entitlement BEFORE INSERT ON payment
WHEN NEW.kind = 'arrears' AND NEW.holds_key AND NEW.amount + (SELECT COALESCE(sum(p.amount), 0) FROM payment p
  WHERE p.holds_key AND p.programme = NEW.programme AND p.person_blind = NEW.person_blind
  AND p.benefit_month = NEW.benefit_month) > COALESCE(NEW.entitled_amount, NEW.amount)
BEGIN SELECT RAISE(ABORT, 'M10 arrears go beyond what the person may have for the month'); END;
CREATE TRIGGER funding_fixed_update BEFORE UPDATE ON funding BEGIN SELECT RAISE(ABORT, 'M14 funding is insert-only'); END;
CREATE TRIGGER funding_fixed_delete BEFORE DELETE ON funding BEGIN SELECT RAISE(ABORT, 'M14 funding is insert-only'); END;
CREATE TRIGGER funding_by_decision BEFORE INSERT ON funding
WHEN NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = 'executed'
  AND d.verb = 'funding confirm' AND d.subject = NEW.partner || ' ' || NEW.account)
BEGIN SELECT RAISE(ABORT, 'M11 funding needs the decision of two on its account'); END;
CREATE TRIGGER rate_fixed_update BEFORE UPDATE ON rate BEGIN SELECT RAISE(ABORT, 'M11 rate is insert-only'); END;
CREATE TRIGGER rate_fixed_delete BEFORE DELETE ON rate BEGIN SELECT RAISE(ABORT, 'M11 rate is insert-only'); END;
CREATE TRIGGER rate_by_decision BEFORE INSERT ON rate
WHEN NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = 'executed'
  AND d.verb = 'rate import' AND d.subject = 'rates')
BEGIN SELECT RAISE(ABORT, 'M11 a rate needs the decision of two on its list'); END;
CREATE TRIGGER recall_fixed_update BEFORE UPDATE ON recall BEGIN SELECT RAISE(ABORT, 'M13 recall is insert-only'); END;
CREATE TRIGGER recall_fixed_delete BEFORE DELETE ON recall BEGIN SELECT RAISE(ABORT, 'M13 recall is insert-only'); END;
CREATE TRIGGER recall_answer_fixed_update BEFORE UPDATE ON recall_answer BEGIN SELECT RAISE(ABORT, 'M13 recall answer is insert-only'); END;
CREATE TRIGGER recall_answer_fixed_delete BEFORE DELETE ON recall_answer BEGIN SELECT RAISE(ABORT, 'M13 recall answer is insert-only'); END;
CREATE TRIGGER recall_by_decision BEFORE INSERT ON recall
WHEN NOT (NEW.decision_id IS NULL AND EXISTS (SELECT 1 FROM exception x JOIN payment p ON p.id = x.payment_id
  WHERE x.kind = 'predecessor_booked' AND p.id = NEW.payment_id AND p.predecessor_id IS NOT NULL))
AND NOT EXISTS (SELECT 1 FROM decision d JOIN payment p ON p.end_to_end_id = d.subject WHERE d.id = NEW.decision_id
  AND p.id = NEW.payment_id AND d.state = 'executed' AND d.verb = 'payment recall')
BEGIN SELECT RAISE(ABORT, 'M11 a recall needs the decision of two on its payment'); END;
CREATE TRIGGER key_step_fixed_update BEFORE UPDATE ON key_step BEGIN SELECT RAISE(ABORT, 'T9 key step is insert-only'); END;
CREATE TRIGGER key_step_fixed_delete BEFORE DELETE ON key_step BEGIN SELECT RAISE(ABORT, 'T9 key step is insert-only'); END;
CREATE TRIGGER key_step_by_decision BEFORE INSERT ON key_step
WHEN (NEW.purpose IN ('answers', 'server') OR (NEW.purpose = 'openpgp' AND NEW.name = NEW.key_id))
AND NEW.state <> 'verify-only' AND NOT EXISTS (SELECT 1 FROM decision d
  WHERE d.id = NEW.decision_id AND d.state = 'executed' AND d.verb = 'key import' AND d.subject = NEW.partner)
BEGIN SELECT RAISE(ABORT, 'M11 a key of a partner is believed by the decision of two only'); END;

CREATE TRIGGER roster_change_fixed_update BEFORE UPDATE ON roster_change BEGIN SELECT RAISE(ABORT, 'M2 roster change is insert-only'); END;
CREATE TRIGGER roster_change_fixed_delete BEFORE DELETE ON roster_change BEGIN SELECT RAISE(ABORT, 'M2 roster change is insert-only'); END;
CREATE TRIGGER roster_file_fixed_update BEFORE UPDATE ON roster_file BEGIN SELECT RAISE(ABORT, 'M2 roster file is insert-only'); END;
CREATE TRIGGER roster_file_fixed_delete BEFORE DELETE ON roster_file BEGIN SELECT RAISE(ABORT, 'M2 roster file is insert-only'); END;
CREATE TRIGGER population_request_fixed_update BEFORE UPDATE ON population_request BEGIN SELECT RAISE(ABORT, 'M2 population request is insert-only'); END;
CREATE TRIGGER population_request_fixed_delete BEFORE DELETE ON population_request BEGIN SELECT RAISE(ABORT, 'M2 population request is insert-only'); END;
CREATE TRIGGER population_answer_fixed_update BEFORE UPDATE ON population_answer BEGIN SELECT RAISE(ABORT, 'M2 population answer is insert-only'); END;
CREATE TRIGGER population_answer_fixed_delete BEFORE DELETE ON population_answer BEGIN SELECT RAISE(ABORT, 'M2 population answer is insert-only'); END;
CREATE TRIGGER population_result_fixed_update BEFORE UPDATE ON population_result BEGIN SELECT RAISE(ABORT, 'M2 population result is insert-only'); END;
CREATE TRIGGER population_result_fixed_delete BEFORE DELETE ON population_result BEGIN SELECT RAISE(ABORT, 'M2 population result is insert-only'); END;
CREATE TRIGGER account_change_fixed_update BEFORE UPDATE ON account_change BEGIN SELECT RAISE(ABORT, 'M2 account change is insert-only'); END;
CREATE TRIGGER account_change_fixed_delete BEFORE DELETE ON account_change BEGIN SELECT RAISE(ABORT, 'M2 account change is insert-only'); END;
CREATE TRIGGER account_file_fixed_update BEFORE UPDATE ON account_file BEGIN SELECT RAISE(ABORT, 'M2 account file is insert-only'); END;
CREATE TRIGGER account_file_fixed_delete BEFORE DELETE ON account_file BEGIN SELECT RAISE(ABORT, 'M2 account file is insert-only'); END;
CREATE TRIGGER account_request_fixed_update BEFORE UPDATE ON account_request BEGIN SELECT RAISE(ABORT, 'M2 account request is insert-only'); END;
CREATE TRIGGER account_request_fixed_delete BEFORE DELETE ON account_request BEGIN SELECT RAISE(ABORT, 'M2 account request is insert-only'); END;
CREATE TRIGGER account_answer_fixed_update BEFORE UPDATE ON account_answer BEGIN SELECT RAISE(ABORT, 'M2 account answer is insert-only'); END;
CREATE TRIGGER account_answer_fixed_delete BEFORE DELETE ON account_answer BEGIN SELECT RAISE(ABORT, 'M2 account answer is insert-only'); END;
CREATE TRIGGER account_step_fixed BEFORE UPDATE OF change_id, account_id, state ON account_step
BEGIN SELECT RAISE(ABORT, 'M2 what is said of an account is insert-only'); END;
CREATE TRIGGER account_step_fixed_delete BEFORE DELETE ON account_step
BEGIN SELECT RAISE(ABORT, 'M2 what is said of an account is insert-only'); END;
CREATE TRIGGER account_step_envelope_fixed BEFORE UPDATE OF personal ON account_step
WHEN OLD.personal IS NULL OR NEW.personal IS NULL OR substr(NEW.personal, 1, 9) = substr(OLD.personal, 1, 9)
  OR lower(hex(substr(NEW.personal, 1, 9))) IS NOT (SELECT rewrap_to FROM instance WHERE id = 1)
BEGIN SELECT RAISE(ABORT, 'M12 what a bank says of an account is fixed'); END;
CREATE TRIGGER account_opening_fixed_update BEFORE UPDATE ON account_opening BEGIN SELECT RAISE(ABORT, 'M2 account opening is insert-only'); END;
CREATE TRIGGER account_opening_fixed_delete BEFORE DELETE ON account_opening BEGIN SELECT RAISE(ABORT, 'M2 account opening is insert-only'); END;
CREATE TRIGGER account_opening_step_fixed_update BEFORE UPDATE ON account_opening_step BEGIN SELECT RAISE(ABORT, 'M2 account opening step is insert-only'); END;
CREATE TRIGGER account_opening_step_fixed_delete BEFORE DELETE ON account_opening_step BEGIN SELECT RAISE(ABORT, 'M2 account opening step is insert-only'); END;
CREATE TRIGGER account_fixed BEFORE UPDATE OF id, made_by, origin, bank, person_blind, account_blind, owner_blind ON account
BEGIN SELECT RAISE(ABORT, 'M2 an account is insert-only'); END;
CREATE TRIGGER account_fixed_delete BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'M2 an account is insert-only'); END;
CREATE TRIGGER account_envelope_fixed BEFORE UPDATE OF personal ON account
WHEN substr(NEW.personal, 1, 9) = substr(OLD.personal, 1, 9)
  OR lower(hex(substr(NEW.personal, 1, 9))) IS NOT (SELECT rewrap_to FROM instance WHERE id = 1)
BEGIN SELECT RAISE(ABORT, 'M12 what is said of an account is fixed'); END;
CREATE TRIGGER roster_line_fixed BEFORE UPDATE OF
  id, made_by, sheet, "row", payer, programme, commune_code, grouping, times, since, until, bank, person_blind, name_blind,
  account_blind, likeness_blind, content_blind ON roster_line
BEGIN SELECT RAISE(ABORT, 'M2 a version of the roster is fixed'); END;
CREATE TRIGGER roster_line_ends_once BEFORE UPDATE OF ended_by ON roster_line WHEN OLD.ended_by IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'M2 a version of the roster ends once'); END;
CREATE TRIGGER roster_line_fixed_delete BEFORE DELETE ON roster_line
BEGIN SELECT RAISE(ABORT, 'M2 a version of the roster is never deleted'); END;
CREATE TRIGGER roster_line_envelope_fixed BEFORE UPDATE OF personal ON roster_line
WHEN substr(NEW.personal, 1, 9) = substr(OLD.personal, 1, 9)
  OR lower(hex(substr(NEW.personal, 1, 9))) IS NOT (SELECT rewrap_to FROM instance WHERE id = 1)
BEGIN SELECT RAISE(ABORT, 'M12 what the roster says of a person is fixed'); END;
CREATE TRIGGER work_item_fixed BEFORE UPDATE OF
  id, opened_by, payer, programme, sheet, "row", field, code, params, blocking, person_blind, subject_blind ON work_item
BEGIN SELECT RAISE(ABORT, 'M2 what a work item is about is fixed'); END;
CREATE TRIGGER work_item_ends_once BEFORE UPDATE OF state, ended_by, reason ON work_item WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'M2 a work item ends once'); END;
CREATE TRIGGER work_item_fixed_delete BEFORE DELETE ON work_item
BEGIN SELECT RAISE(ABORT, 'M2 a work item is never deleted'); END;
CREATE TRIGGER work_item_envelope_fixed BEFORE UPDATE OF personal ON work_item
WHEN OLD.personal IS NULL OR NEW.personal IS NULL OR substr(NEW.personal, 1, 9) = substr(OLD.personal, 1, 9)
  OR lower(hex(substr(NEW.personal, 1, 9))) IS NOT (SELECT rewrap_to FROM instance WHERE id = 1)
BEGIN SELECT RAISE(ABORT, 'M12 what a work item says of a person is fixed'); END;
