// Package hook sends our own webhooks: what the store has put into the outbox of hooks, in
// the transaction of the order or scan that it tells about, goes to each hook's address,
// signed by Standard Webhooks.
//
// A message is sent at least once, under the same webhook-id each time. A node takes a
// hook under a lease, sends some of its messages, and reports what became of them; one that
// dies between sends them again when the lease ends. Messages of one order are sent in
// their order: one that was not taken holds back those that follow, and no others. Between
// orders there is no order, since several are sent at once.
//
// Taken is what was answered with 2xx within 10 s. All else is tried again, with growing
// pauses of random length, for three days; then a hook that took nothing meanwhile is
// disabled, and a message that alone was not taken is dropped. 410 Gone disables a hook at
// once, as Standard Webhooks says. A hook that seems to be down gets one message at a time.
// Each hook has a goroutine of its own while it is at work, so that a slow one holds up
// itself alone.
//
// Nothing is sent to addresses that lead into our own network, unless the operator allows
// it. The address is looked at when it is dialed, after the name was resolved, so neither a
// name that resolves differently the second time nor anything else gets round it. Redirects
// are not followed, no proxy is asked, and of an answer 4 KiB are read at most.
//
// Trade-off: the answers of a batch are reported together, so a killed node may send up to
// 32 messages of a hook again. A report for each would cost a commit for each.
package hook
