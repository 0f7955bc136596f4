// Package orders has the screens about orders: the live feed, and the explanation of
// one order.
package orders
