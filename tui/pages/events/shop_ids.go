package events

import (
	"strings"

	"lastclick/model"
)

// shopText is what shops call an event, as the field has it: "webshop:1345, tito:acme/fest".
func shopText(ids []model.ShopID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id.String()
	}
	return strings.Join(words, ", ")
}

// shopWords are the ids of the field.
func shopWords(text string) []string {
	var words []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// replaceShops is the change that makes words of what shops called an event as in was.
func replaceShops(was, words []string) []string {
	var change []string
	for _, word := range was {
		name, _, _ := strings.Cut(word, ":")
		change = append(change, name+":") // takes all away that the event has at that shop
	}
	return append(change, words...)
}

// separable says whether the field can hold the ids: one with a comma reads like two.
func separable(ids []model.ShopID) bool { return len(shopWords(shopText(ids))) == len(ids) }
