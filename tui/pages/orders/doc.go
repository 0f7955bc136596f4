// Package orders has the screens about orders: the live feed of all, of a link or of an
// event, searched and sorted in the store, and the explanation of one order, on a page of
// its own or beside the feed.
package orders
