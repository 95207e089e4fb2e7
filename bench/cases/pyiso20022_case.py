"""pyiso20022: classes made from the schemas, written by xsdata as its instructions say. Nothing is checked."""

from __future__ import annotations

import sys
from decimal import Decimal

from pyiso20022.pain import pain_001_001_09 as pain  # type: ignore
from xsdata.formats.dataclass.serializers import XmlSerializer  # type: ignore
from xsdata.models.datatype import XmlDate, XmlDateTime  # type: ignore

from bench import inputs
from bench.cases.ours import temporary
from bench.harness import measured

_NAMESPACE = {None: "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def build(count: int) -> None:
    with measured(), temporary() as sink:
        sink.write(XmlSerializer().render(_document(count), ns_map=_NAMESPACE).encode())


def _document(count: int) -> object:
    initiator = pain.PartyIdentification135(nm=inputs.DEBTOR)
    header = pain.GroupHeader85(
        msg_id="M01VIDU000000000001",
        cre_dt_tm=XmlDateTime.from_datetime(inputs.CREATED),
        nb_of_txs=str(count),
        ctrl_sum=Decimal(inputs.total(count)),
        initg_pty=initiator,
    )
    block = pain.PaymentInstruction30(
        pmt_inf_id="P01VIDU000000000001",
        pmt_mtd=pain.PaymentMethod3Code.TRF,
        btch_bookg=True,
        nb_of_txs=str(count),
        ctrl_sum=Decimal(inputs.total(count)),
        pmt_tp_inf=pain.PaymentTypeInformation26(ctgy_purp=pain.CategoryPurpose1Choice(cd="SSBE")),
        reqd_exctn_dt=pain.DateAndDateTime2Choice(dt=XmlDate.from_date(inputs.EXECUTION_DATE)),
        dbtr=initiator,
        dbtr_acct=_account(inputs.DEBTOR_ACCOUNT),
        dbtr_agt=_agent(pain.FinancialInstitutionIdentification18(bicfi=inputs.DEBTOR_BIC)),
        chrg_br=pain.ChargeBearerType1Code.SLEV,
        cdt_trf_tx_inf=[_transfer(payment) for payment in inputs.payments(count)],
    )
    return pain.Document(cstmr_cdt_trf_initn=pain.CustomerCreditTransferInitiationV09(grp_hdr=header, pmt_inf=[block]))


def _transfer(payment: inputs.Payment) -> object:
    member = pain.ClearingSystemMemberIdentification2(mmb_id=payment.bank)
    amount = pain.ActiveOrHistoricCurrencyAndAmount(value=Decimal(payment.amount), ccy=inputs.CURRENCY)
    return pain.CreditTransferTransaction34(
        pmt_id=pain.PaymentIdentification6(
            instr_id=f"I{payment.end_to_end_id[1:]}", end_to_end_id=payment.end_to_end_id, uetr=payment.uetr
        ),
        amt=pain.AmountType4Choice(instd_amt=amount),
        cdtr_agt=_agent(pain.FinancialInstitutionIdentification18(clr_sys_mmb_id=member)),
        cdtr=pain.PartyIdentification135(nm=payment.name),
        cdtr_acct=_account(payment.account),
        purp=pain.Purpose2Choice(cd="SSBE"),
        rmt_inf=pain.RemittanceInformation16(ustrd=[payment.remittance]),
    )


def _account(number: str) -> object:
    other = pain.GenericAccountIdentification1(id=number)
    return pain.CashAccount38(id=pain.AccountIdentification4Choice(othr=other))


def _agent(institution: object) -> object:
    return pain.BranchAndFinancialInstitutionIdentification6(fin_instn_id=institution)


if __name__ == "__main__":
    {"build": build}[sys.argv[1]](int(sys.argv[2]))
