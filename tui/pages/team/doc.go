// Package team has the screens about the people who sign in for the client: the team
// with its keys and open invites, and the form that invites a person.
package team
