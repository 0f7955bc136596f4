// Package visit has what visits a lastclick that is harmed, attacked or worn out: customers
// who click, a checkout that delivers signed orders and keeps a ledger of them, people who
// sign in over SSH, and counts of what each of them saw.
//
// An order that is delivered again has the same bytes. The ledger is compared with the
// export of orders: each one that was acknowledged must be there once.
package visit
