-- The same rules as sqlite.sql. One function refuses; the reason is the trigger's argument.

CREATE OR REPLACE FUNCTION chitra_refuse() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = ''integrity_constraint_violation''; END';

CREATE OR REPLACE FUNCTION chitra_blob_rewrapped() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NEW.sha256 <> OLD.sha256 OR NEW.part <> OLD.part OR substr(NEW.bytes, 1, 9) = substr(OLD.bytes, 1, 9)
  OR encode(substr(NEW.bytes, 1, 9), ''hex'') IS DISTINCT FROM (SELECT rewrap_to FROM instance WHERE id = 1) THEN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = ''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE OR REPLACE FUNCTION chitra_payment_rewrapped() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF OLD.personal IS NULL OR NEW.personal IS NULL OR substr(NEW.personal, 1, 9) = substr(OLD.personal, 1, 9)
  OR encode(substr(NEW.personal, 1, 9), ''hex'') IS DISTINCT FROM (SELECT rewrap_to FROM instance WHERE id = 1) THEN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = ''integrity_constraint_violation''; END IF; RETURN NEW; END';

CREATE TRIGGER blob_fixed_update BEFORE UPDATE ON blob FOR EACH ROW
  EXECUTE FUNCTION chitra_blob_rewrapped('T3 blob is insert-only');
CREATE OR REPLACE FUNCTION chitra_blob_pruned() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NOT EXISTS (SELECT 1 FROM pruned WHERE sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM batch WHERE source_sha256 = OLD.sha256 AND state <> ''invalid'')
  OR EXISTS (SELECT 1 FROM file_in WHERE sha256 = OLD.sha256 OR signature_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM file_out WHERE sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM wire_object WHERE sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM decision WHERE evidence_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM resolution WHERE evidence_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM roster_file WHERE source_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM population_answer WHERE source_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM account_file WHERE source_sha256 = OLD.sha256)
  OR EXISTS (SELECT 1 FROM account_answer WHERE source_sha256 = OLD.sha256) THEN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = ''integrity_constraint_violation''; END IF; RETURN OLD; END';
CREATE TRIGGER blob_fixed_delete BEFORE DELETE ON blob FOR EACH ROW
  EXECUTE FUNCTION chitra_blob_pruned('T3 blob is insert-only');
CREATE TRIGGER pruned_fixed_update BEFORE UPDATE ON pruned FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('T3 pruned is insert-only');
CREATE TRIGGER pruned_fixed_delete BEFORE DELETE ON pruned FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('T3 pruned is insert-only');
CREATE TRIGGER audit_fixed_update BEFORE UPDATE ON audit FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('A2 audit is insert-only');
CREATE TRIGGER audit_fixed_delete BEFORE DELETE ON audit FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('A2 audit is insert-only');
CREATE TRIGGER history_fixed_update BEFORE UPDATE ON history FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M3 history is insert-only');
CREATE TRIGGER history_fixed_delete BEFORE DELETE ON history FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M3 history is insert-only');
CREATE TRIGGER approval_fixed_update BEFORE UPDATE ON approval FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 approval is insert-only');
CREATE TRIGGER approval_fixed_delete BEFORE DELETE ON approval FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 approval is insert-only');
CREATE TRIGGER requirement_fixed_update BEFORE UPDATE ON requirement FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 requirement is insert-only');
CREATE TRIGGER requirement_fixed_delete BEFORE DELETE ON requirement FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 requirement is insert-only');
CREATE TRIGGER acknowledgement_fixed_update BEFORE UPDATE ON acknowledgement FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 acknowledgement is insert-only');
CREATE TRIGGER acknowledgement_fixed_delete BEFORE DELETE ON acknowledgement FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 acknowledgement is insert-only');
CREATE TRIGGER batch_report_fixed_update BEFORE UPDATE ON batch_report FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('S8 batch report is insert-only');
CREATE TRIGGER batch_report_fixed_delete BEFORE DELETE ON batch_report FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('S8 batch report is insert-only');
CREATE TRIGGER wire_object_fixed_update BEFORE UPDATE ON wire_object FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M5 wire object is insert-only');
CREATE TRIGGER wire_object_fixed_delete BEFORE DELETE ON wire_object FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M5 wire object is insert-only');
CREATE TRIGGER payment_fixed_delete BEFORE DELETE ON payment FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 payment is never deleted');
CREATE TRIGGER payment_content_fixed BEFORE UPDATE ON payment FOR EACH ROW
  WHEN (OLD.batch_id IS DISTINCT FROM NEW.batch_id OR OLD.line IS DISTINCT FROM NEW.line OR OLD.payer IS
  DISTINCT FROM NEW.payer OR OLD.programme IS DISTINCT FROM NEW.programme OR OLD.payment_ref IS DISTINCT FROM
  NEW.payment_ref OR OLD.end_to_end_id IS DISTINCT FROM NEW.end_to_end_id OR OLD.uetr IS DISTINCT FROM NEW.uetr
  OR OLD.partner IS DISTINCT FROM NEW.partner OR OLD.bank IS DISTINCT FROM NEW.bank OR OLD.amount IS DISTINCT
  FROM NEW.amount OR OLD.currency IS DISTINCT FROM NEW.currency OR OLD.kind IS DISTINCT FROM NEW.kind OR
  OLD.benefit_month IS DISTINCT FROM NEW.benefit_month OR OLD.commune_code IS DISTINCT FROM NEW.commune_code OR
  OLD.person_blind IS DISTINCT FROM NEW.person_blind OR OLD.account_blind IS DISTINCT FROM NEW.account_blind OR
  OLD.content_blind IS DISTINCT FROM NEW.content_blind OR
  OLD.entitled_amount IS DISTINCT FROM NEW.entitled_amount)
  EXECUTE FUNCTION chitra_refuse('M12 payment content is fixed');
CREATE TRIGGER payment_envelope_fixed BEFORE UPDATE ON payment FOR EACH ROW
  WHEN (OLD.personal IS DISTINCT FROM NEW.personal)
  EXECUTE FUNCTION chitra_payment_rewrapped('M12 payment content is fixed');
CREATE TRIGGER payment_key_released BEFORE UPDATE ON payment FOR EACH ROW
  WHEN (NEW.holds_key AND NOT OLD.holds_key AND NEW.state NOT IN ('sent', 'accepted', 'settled'))
  EXECUTE FUNCTION chitra_refuse('M10 a released benefit key is only taken back by a payment that is out');
CREATE TRIGGER payment_file_not_revived BEFORE UPDATE ON payment_file FOR EACH ROW
  WHEN ((NEW.live AND NOT OLD.live) OR NEW.payment_id <> OLD.payment_id OR NEW.file_id <> OLD.file_id)
  EXECUTE FUNCTION chitra_refuse('M4 a dead link stays dead');
CREATE TRIGGER payment_file_fixed_delete BEFORE DELETE ON payment_file FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M4 a link is never deleted');
CREATE TRIGGER file_out_identity_fixed BEFORE UPDATE ON file_out FOR EACH ROW
  WHEN (OLD.message_id IS DISTINCT FROM NEW.message_id OR OLD.payment_information_id IS DISTINCT FROM
  NEW.payment_information_id OR OLD.partner IS DISTINCT FROM NEW.partner OR OLD.batch_id IS DISTINCT FROM
  NEW.batch_id OR OLD.message IS DISTINCT FROM NEW.message OR OLD.name IS DISTINCT FROM NEW.name OR
  OLD.created_at IS DISTINCT FROM NEW.created_at OR OLD.execution_date IS DISTINCT FROM NEW.execution_date OR
  OLD.debtor IS DISTINCT FROM NEW.debtor OR OLD.debtor_account IS DISTINCT FROM NEW.debtor_account OR
  OLD.initiating_party IS DISTINCT FROM NEW.initiating_party OR OLD.initiating_party_id IS DISTINCT FROM
  NEW.initiating_party_id OR OLD.payments IS DISTINCT FROM NEW.payments OR OLD.amount IS DISTINCT FROM
  NEW.amount OR OLD.currency IS DISTINCT FROM NEW.currency)
  EXECUTE FUNCTION chitra_refuse('M5 file identity is fixed');
CREATE TRIGGER file_out_sealed_once BEFORE UPDATE ON file_out FOR EACH ROW
  WHEN (OLD.sha256 IS NOT NULL AND (OLD.sha256 IS DISTINCT FROM NEW.sha256 OR OLD.key_id IS DISTINCT FROM
  NEW.key_id))
  EXECUTE FUNCTION chitra_refuse('M5 a file is sealed once');
CREATE TRIGGER file_out_content_fixed BEFORE UPDATE ON file_out FOR EACH ROW
  WHEN (OLD.content_sha256 IS NOT NULL AND OLD.content_sha256 IS DISTINCT FROM NEW.content_sha256)
  EXECUTE FUNCTION chitra_refuse('M12 file content is fixed');
CREATE TRIGGER file_out_fixed_delete BEFORE DELETE ON file_out FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M5 a message id is never forgotten');
CREATE TRIGGER batch_content_fixed BEFORE UPDATE ON batch FOR EACH ROW
  WHEN (OLD.payer IS DISTINCT FROM NEW.payer OR OLD.programme IS DISTINCT FROM NEW.programme OR OLD.period IS
  DISTINCT FROM NEW.period OR OLD.maker IS DISTINCT FROM NEW.maker OR OLD.rows_sha256 IS DISTINCT FROM
  NEW.rows_sha256 OR OLD.payments IS DISTINCT FROM NEW.payments OR OLD.amount IS DISTINCT FROM NEW.amount OR
  OLD.currency IS DISTINCT FROM NEW.currency OR OLD.approvals_required IS DISTINCT FROM NEW.approvals_required)
  EXECUTE FUNCTION chitra_refuse('M12 batch content is fixed');
CREATE TRIGGER batch_content_digest_fixed BEFORE UPDATE ON batch FOR EACH ROW
  WHEN (OLD.content_sha256 IS NOT NULL AND OLD.content_sha256 IS DISTINCT FROM NEW.content_sha256)
  EXECUTE FUNCTION chitra_refuse('M12 batch content is fixed');

CREATE TRIGGER operator_key_fixed BEFORE UPDATE ON operator FOR EACH ROW
  WHEN ((OLD.name, OLD.key_id, OLD.public_key, OLD.enrolled_at) IS DISTINCT FROM
  (NEW.name, NEW.key_id, NEW.public_key, NEW.enrolled_at))
  EXECUTE FUNCTION chitra_refuse('M11 a person keeps name and key');
CREATE TRIGGER operator_fixed_delete BEFORE DELETE ON operator FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 a person is never forgotten');
CREATE OR REPLACE FUNCTION chitra_person_needs_decision() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NEW.revoked_at IS NOT NULL OR (NEW.roles <> ''admin'' AND NOT EXISTS (SELECT 1 FROM decision d
WHERE d.subject = NEW.name AND d.state = ''executed'' AND d.verb = ''operator add'')) THEN RAISE EXCEPTION
''M11 a person is enrolled by the decision of two admins'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE OR REPLACE FUNCTION chitra_change_needs_decision() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF OLD.revoked_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM decision d WHERE d.subject = OLD.name
AND d.state = ''executed'' AND d.verb = CASE WHEN NEW.revoked_at IS NOT NULL THEN ''operator revoke''
WHEN NEW.roles <> OLD.roles THEN ''operator role'' ELSE d.verb END) THEN RAISE EXCEPTION
''M11 a person is changed by the decision of two admins'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER operator_added_by_decision BEFORE INSERT ON operator FOR EACH ROW
  EXECUTE FUNCTION chitra_person_needs_decision();
CREATE TRIGGER operator_changed_by_decision BEFORE UPDATE ON operator FOR EACH ROW
  EXECUTE FUNCTION chitra_change_needs_decision();

CREATE OR REPLACE FUNCTION chitra_batch_needs_people() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF EXISTS (SELECT 1 FROM requirement r WHERE r.batch_id = OLD.id
AND (r.checkers > (SELECT count(*) FROM approval a WHERE a.batch_id = OLD.id AND a.role = ''checker'')
OR (r.releaser AND NOT EXISTS (SELECT 1 FROM approval a WHERE a.batch_id = OLD.id AND a.role = ''releaser'')))) THEN
RAISE EXCEPTION ''M11 a batch is approved by everybody who must sign'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER batch_signed_by_enough BEFORE UPDATE ON batch FOR EACH ROW
  WHEN (NEW.state = 'approved' AND OLD.state = 'submitted')
  EXECUTE FUNCTION chitra_batch_needs_people();

CREATE TRIGGER decision_fixed BEFORE UPDATE ON decision FOR EACH ROW
  WHEN ((OLD.reference, OLD.verb, OLD.subject, OLD.params, OLD.reason, OLD.evidence_name, OLD.evidence_sha256,
  OLD.precondition, OLD.proposed_by, OLD.proposed_key, OLD.proposed_at, OLD.proposal) IS DISTINCT FROM
  (NEW.reference, NEW.verb, NEW.subject, NEW.params, NEW.reason, NEW.evidence_name, NEW.evidence_sha256,
  NEW.precondition, NEW.proposed_by, NEW.proposed_key, NEW.proposed_at, NEW.proposal))
  EXECUTE FUNCTION chitra_refuse('M11 a proposal is fixed');
CREATE TRIGGER decision_ends_once BEFORE UPDATE ON decision FOR EACH ROW WHEN (OLD.state <> 'proposed')
  EXECUTE FUNCTION chitra_refuse('M11 a decision ends once');
CREATE OR REPLACE FUNCTION chitra_amendment_needs_another() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF EXISTS (SELECT 1 FROM batch b WHERE b.id = NEW.subject AND b.maker = NEW.confirmed_by) THEN
RAISE EXCEPTION ''M11 a batch is not amended by its maker'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER decision_amends_by_others BEFORE UPDATE ON decision FOR EACH ROW
  WHEN (NEW.state = 'executed' AND NEW.verb = 'batch amend')
  EXECUTE FUNCTION chitra_amendment_needs_another();
CREATE TRIGGER decision_fixed_delete BEFORE DELETE ON decision FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 decision is never deleted');
CREATE TRIGGER verdict_fixed_update BEFORE UPDATE ON verdict FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M9 verdict is insert-only');
CREATE TRIGGER verdict_fixed_delete BEFORE DELETE ON verdict FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M9 verdict is insert-only');
CREATE TRIGGER stop_lifted_once BEFORE UPDATE ON stop FOR EACH ROW
  WHEN (OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL OR NEW.decision_id IS NULL OR NEW.scope <> OLD.scope
  OR NEW.subject <> OLD.subject)
  EXECUTE FUNCTION chitra_refuse('M16 a stop is only lifted by a decision');
CREATE TRIGGER stop_fixed_delete BEFORE DELETE ON stop FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M16 stop is never deleted');

CREATE OR REPLACE FUNCTION chitra_verdict_needs_decision() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NOT EXISTS (SELECT 1 FROM decision d JOIN file_out f ON f.message_id = d.subject WHERE
d.id = NEW.decision_id AND f.id = NEW.file_id AND d.state = ''executed'' AND d.verb IN (''file resolve'',
''file mark-delivered'')) THEN RAISE EXCEPTION ''M11 a verdict needs the decision of two on this file'' USING
ERRCODE = ''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE OR REPLACE FUNCTION chitra_lifting_needs_decision() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = ''executed'' AND
d.verb = ''start'' AND d.subject = trim(OLD.scope || '' '' || OLD.subject)) THEN RAISE EXCEPTION
''M16 a stop is only lifted by the decision of two on its scope'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER decision_is_proposed_first BEFORE INSERT ON decision FOR EACH ROW WHEN (NEW.state <> 'proposed')
  EXECUTE FUNCTION chitra_refuse('M11 a decision begins as a proposal');
CREATE TRIGGER verdict_by_decision BEFORE INSERT ON verdict FOR EACH ROW
  EXECUTE FUNCTION chitra_verdict_needs_decision();
CREATE TRIGGER stop_lifted_by_decision BEFORE UPDATE ON stop FOR EACH ROW
  EXECUTE FUNCTION chitra_lifting_needs_decision();

CREATE OR REPLACE FUNCTION chitra_ending_needs_resolution() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NEW.state <> OLD.state AND (CASE NEW.state WHEN ''open'' THEN OLD.healed_at ELSE NEW.healed_at END IS NULL)
<> EXISTS (SELECT 1 FROM resolution r WHERE r.exception_id = OLD.id AND NEW.state <> ''open'') THEN
RAISE EXCEPTION ''S6 an exception ends by its resolution, or heals'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE OR REPLACE FUNCTION chitra_resolution_needs_decision() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NOT (NEW.resolution IN (''answered'', ''mended'') AND EXISTS (SELECT 1 FROM exception x WHERE x.id =
NEW.exception_id AND x.kind IN (
  ''archive_denied'', ''done_without_file'', ''file_too_large'', ''file_unanswered'', ''file_unknown'',
  ''file_unread'', ''file_unstable'', ''file_without_done'', ''file_without_signature'', ''message_id_reused'',
  ''name_withheld'', ''no_final_answer'', ''overdue'', ''quarantined'', ''signature_without_file'',
  ''status_for_unknown_payment'', ''unknown_status'', ''unproven_statement'')))
AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = ''executed'' AND d.verb =
''exception resolve'' AND d.subject = CAST(NEW.exception_id AS TEXT)) THEN RAISE EXCEPTION
''M11 this resolution needs the decision of two on its exception'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER exception_fixed_delete BEFORE DELETE ON exception FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('S6 an exception is never deleted');
CREATE TRIGGER exception_content_fixed BEFORE UPDATE ON exception FOR EACH ROW
  WHEN ((OLD.kind, OLD.partner, OLD.entry_id, OLD.detail_id, OLD.payment_id, OLD.opened_at) IS DISTINCT FROM
  (NEW.kind, NEW.partner, NEW.entry_id, NEW.detail_id, NEW.payment_id, NEW.opened_at))
  EXECUTE FUNCTION chitra_refuse('S6 what an exception is about is fixed');
CREATE TRIGGER exception_ends_by_resolution BEFORE UPDATE OF state ON exception FOR EACH ROW
  EXECUTE FUNCTION chitra_ending_needs_resolution();
CREATE TRIGGER resolution_fixed_update BEFORE UPDATE ON resolution FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('S6 resolution is insert-only');
CREATE TRIGGER resolution_fixed_delete BEFORE DELETE ON resolution FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('S6 resolution is insert-only');
CREATE TRIGGER resolution_by_decision BEFORE INSERT ON resolution FOR EACH ROW
  EXECUTE FUNCTION chitra_resolution_needs_decision();

CREATE OR REPLACE FUNCTION chitra_successor_needs_end() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NOT EXISTS (SELECT 1 FROM payment p WHERE p.id = NEW.predecessor_id
AND (p.state IN (''rejected'', ''returned'') OR (p.state = ''cancelled'' AND p.predecessor_id IS NOT NULL))
AND NOT p.holds_key AND p.payer = NEW.payer AND p.programme = NEW.programme AND p.person_blind = NEW.person_blind
AND p.benefit_month = NEW.benefit_month AND (p.kind = NEW.kind OR NEW.kind = ''carry-over'')
AND p.amount = NEW.amount
AND p.currency = NEW.currency) THEN RAISE EXCEPTION
''M10 a successor needs a predecessor that was rejected or returned'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER payment_successor_proven BEFORE INSERT ON payment FOR EACH ROW
  WHEN (NEW.predecessor_id IS NOT NULL) EXECUTE FUNCTION chitra_successor_needs_end();
CREATE TRIGGER payment_predecessor_fixed BEFORE UPDATE ON payment FOR EACH ROW
  WHEN (OLD.predecessor_id IS DISTINCT FROM NEW.predecessor_id)
  EXECUTE FUNCTION chitra_refuse('M10 a predecessor is named once for ever');

CREATE OR REPLACE FUNCTION chitra_arrears_within_entitlement() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN PERFORM pg_advisory_xact_lock(hashtextextended(encode(NEW.person_blind, ''hex''), 0)); IF NEW.amount +
(SELECT COALESCE(sum(p.amount), 0) FROM payment p WHERE p.holds_key AND p.programme = NEW.programme AND
p.person_blind = NEW.person_blind AND p.benefit_month = NEW.benefit_month) > COALESCE(NEW.entitled_amount, NEW.amount)
THEN RAISE EXCEPTION ''M10 arrears go beyond what the person may have for the month'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER payment_arrears_within_entitlement BEFORE INSERT ON payment FOR EACH ROW
  WHEN (NEW.kind = 'arrears' AND NEW.holds_key) EXECUTE FUNCTION chitra_arrears_within_entitlement();

CREATE TRIGGER funding_fixed_update BEFORE UPDATE ON funding FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M14 funding is insert-only');
CREATE TRIGGER funding_fixed_delete BEFORE DELETE ON funding FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M14 funding is insert-only');
CREATE OR REPLACE FUNCTION chitra_funding_needs_decision() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = ''executed'' AND
d.verb = ''funding confirm'' AND d.subject = NEW.partner || '' '' || NEW.account) THEN RAISE EXCEPTION
''M11 funding needs the decision of two on its account'' USING ERRCODE = ''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER funding_by_decision BEFORE INSERT ON funding FOR EACH ROW
  EXECUTE FUNCTION chitra_funding_needs_decision();

CREATE TRIGGER rate_fixed_update BEFORE UPDATE ON rate FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 rate is insert-only');
CREATE TRIGGER rate_fixed_delete BEFORE DELETE ON rate FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M11 rate is insert-only');
CREATE OR REPLACE FUNCTION chitra_rate_needs_decision() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = ''executed'' AND
d.verb = ''rate import'' AND d.subject = ''rates'') THEN RAISE EXCEPTION
''M11 a rate needs the decision of two on its list'' USING ERRCODE = ''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER rate_by_decision BEFORE INSERT ON rate FOR EACH ROW
  EXECUTE FUNCTION chitra_rate_needs_decision();

CREATE TRIGGER recall_fixed_update BEFORE UPDATE ON recall FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M13 recall is insert-only');
CREATE TRIGGER recall_fixed_delete BEFORE DELETE ON recall FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M13 recall is insert-only');
CREATE TRIGGER recall_answer_fixed_update BEFORE UPDATE ON recall_answer FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M13 recall answer is insert-only');
CREATE TRIGGER recall_answer_fixed_delete BEFORE DELETE ON recall_answer FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M13 recall answer is insert-only');
CREATE OR REPLACE FUNCTION chitra_recall_needs_decision() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NOT (NEW.decision_id IS NULL AND EXISTS (SELECT 1 FROM exception x JOIN payment p ON p.id = x.payment_id
WHERE x.kind = ''predecessor_booked'' AND p.id = NEW.payment_id AND p.predecessor_id IS NOT NULL))
AND NOT EXISTS (SELECT 1 FROM decision d JOIN payment p ON p.end_to_end_id = d.subject WHERE
d.id = NEW.decision_id AND p.id = NEW.payment_id AND d.state = ''executed'' AND d.verb = ''payment recall'') THEN RAISE
EXCEPTION ''M11 a recall needs the decision of two on its payment'' USING ERRCODE =
''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER recall_by_decision BEFORE INSERT ON recall FOR EACH ROW
  EXECUTE FUNCTION chitra_recall_needs_decision();

CREATE TRIGGER key_step_fixed_update BEFORE UPDATE ON key_step FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('T9 key step is insert-only');
CREATE TRIGGER key_step_fixed_delete BEFORE DELETE ON key_step FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('T9 key step is insert-only');
CREATE OR REPLACE FUNCTION chitra_key_step_needs_decision() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = ''executed'' AND
d.verb = ''key import'' AND d.subject = NEW.partner) THEN RAISE EXCEPTION
''M11 a key of a partner is believed by the decision of two only'' USING ERRCODE = ''integrity_constraint_violation''; END IF; RETURN NEW; END';
CREATE TRIGGER key_step_by_decision BEFORE INSERT ON key_step FOR EACH ROW
  WHEN ((NEW.purpose IN ('answers', 'server') OR (NEW.purpose = 'openpgp' AND NEW.name = NEW.key_id))
    AND NEW.state <> 'verify-only')
  EXECUTE FUNCTION chitra_key_step_needs_decision();

CREATE TRIGGER roster_change_fixed_update BEFORE UPDATE ON roster_change FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 roster change is insert-only');
CREATE TRIGGER roster_change_fixed_delete BEFORE DELETE ON roster_change FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 roster change is insert-only');
CREATE TRIGGER roster_file_fixed_update BEFORE UPDATE ON roster_file FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 roster file is insert-only');
CREATE TRIGGER roster_file_fixed_delete BEFORE DELETE ON roster_file FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 roster file is insert-only');
CREATE TRIGGER population_request_fixed_update BEFORE UPDATE ON population_request FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 population request is insert-only');
CREATE TRIGGER population_request_fixed_delete BEFORE DELETE ON population_request FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 population request is insert-only');
CREATE TRIGGER population_answer_fixed_update BEFORE UPDATE ON population_answer FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 population answer is insert-only');
CREATE TRIGGER population_answer_fixed_delete BEFORE DELETE ON population_answer FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 population answer is insert-only');
CREATE TRIGGER population_result_fixed_update BEFORE UPDATE ON population_result FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 population result is insert-only');
CREATE TRIGGER population_result_fixed_delete BEFORE DELETE ON population_result FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 population result is insert-only');
CREATE TRIGGER account_change_fixed_update BEFORE UPDATE ON account_change FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account change is insert-only');
CREATE TRIGGER account_change_fixed_delete BEFORE DELETE ON account_change FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account change is insert-only');
CREATE TRIGGER account_file_fixed_update BEFORE UPDATE ON account_file FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account file is insert-only');
CREATE TRIGGER account_file_fixed_delete BEFORE DELETE ON account_file FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account file is insert-only');
CREATE TRIGGER account_request_fixed_update BEFORE UPDATE ON account_request FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account request is insert-only');
CREATE TRIGGER account_request_fixed_delete BEFORE DELETE ON account_request FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account request is insert-only');
CREATE TRIGGER account_answer_fixed_update BEFORE UPDATE ON account_answer FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account answer is insert-only');
CREATE TRIGGER account_answer_fixed_delete BEFORE DELETE ON account_answer FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account answer is insert-only');
CREATE TRIGGER account_step_fixed BEFORE UPDATE OF change_id, account_id, state ON account_step FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 what is said of an account is insert-only');
CREATE TRIGGER account_step_fixed_delete BEFORE DELETE ON account_step FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 what is said of an account is insert-only');
CREATE TRIGGER account_step_envelope_fixed BEFORE UPDATE OF personal ON account_step FOR EACH ROW
  EXECUTE FUNCTION chitra_payment_rewrapped('M12 what a bank says of an account is fixed');
CREATE TRIGGER account_opening_fixed_update BEFORE UPDATE ON account_opening FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account opening is insert-only');
CREATE TRIGGER account_opening_fixed_delete BEFORE DELETE ON account_opening FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account opening is insert-only');
CREATE TRIGGER account_opening_step_fixed_update BEFORE UPDATE ON account_opening_step FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account opening step is insert-only');
CREATE TRIGGER account_opening_step_fixed_delete BEFORE DELETE ON account_opening_step FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 account opening step is insert-only');
CREATE TRIGGER account_fixed BEFORE UPDATE OF id, made_by, origin, bank, person_blind, account_blind, owner_blind ON account
  FOR EACH ROW EXECUTE FUNCTION chitra_refuse('M2 an account is insert-only');
CREATE TRIGGER account_fixed_delete BEFORE DELETE ON account FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 an account is insert-only');
CREATE TRIGGER account_envelope_fixed BEFORE UPDATE OF personal ON account FOR EACH ROW
  EXECUTE FUNCTION chitra_payment_rewrapped('M12 what is said of an account is fixed');
CREATE TRIGGER roster_line_fixed BEFORE UPDATE OF
  id, made_by, sheet, "row", payer, programme, commune_code, grouping, times, since, until, bank, person_blind, name_blind,
  account_blind, likeness_blind, content_blind ON roster_line FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 a version of the roster is fixed');
CREATE TRIGGER roster_line_ends_once BEFORE UPDATE OF ended_by ON roster_line FOR EACH ROW
  WHEN (OLD.ended_by IS NOT NULL) EXECUTE FUNCTION chitra_refuse('M2 a version of the roster ends once');
CREATE TRIGGER roster_line_fixed_delete BEFORE DELETE ON roster_line FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 a version of the roster is never deleted');
CREATE TRIGGER roster_line_envelope_fixed BEFORE UPDATE OF personal ON roster_line FOR EACH ROW
  EXECUTE FUNCTION chitra_payment_rewrapped('M12 what the roster says of a person is fixed');
CREATE TRIGGER work_item_fixed BEFORE UPDATE OF
  id, opened_by, payer, programme, sheet, "row", field, code, params, blocking, person_blind, subject_blind ON work_item FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 what a work item is about is fixed');
CREATE TRIGGER work_item_ends_once BEFORE UPDATE OF state, ended_by, reason ON work_item FOR EACH ROW
  WHEN (OLD.state <> 'open') EXECUTE FUNCTION chitra_refuse('M2 a work item ends once');
CREATE TRIGGER work_item_fixed_delete BEFORE DELETE ON work_item FOR EACH ROW
  EXECUTE FUNCTION chitra_refuse('M2 a work item is never deleted');
CREATE TRIGGER work_item_envelope_fixed BEFORE UPDATE OF personal ON work_item FOR EACH ROW
  EXECUTE FUNCTION chitra_payment_rewrapped('M12 what a work item says of a person is fixed');
