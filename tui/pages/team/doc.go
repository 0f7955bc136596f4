// Package team has the screens about the people who sign in for the client: the team with
// its keys and open invites, and the forms that invite a person, change a role and add a key.
package team
