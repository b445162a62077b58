package importer

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// monthWords are the beginnings of the months' names in English, German, French, Spanish,
// Italian, Dutch and Portuguese.
var monthWords = [12]string{"jan jän ene gen", "feb fév fev", "mar mär mrz maa", "apr avr abr", "may mai mag mei",
	"jun juin giu", "jul juil lug", "aug aoû aou ago", "sep set", "oct okt ott out", "nov", "dec dez déc dic"}

// monthOf returns the month of a name.
func monthOf(name string) (int, error) {
	name = strings.ToLower(name)
	for i, words := range monthWords {
		for _, word := range strings.Fields(words) {
			if strings.HasPrefix(name, word) {
				return i + 1, nil
			}
		}
	}
	return 0, fmt.Errorf("%q is not a month", name)
}

// inEnglish replaces the first word of a cell, if it is a month's name, with its
// English abbreviation.
func inEnglish(cell string) string {
	from := strings.IndexFunc(cell, unicode.IsLetter)
	if from < 0 {
		return cell
	}
	word, _, _ := strings.Cut(cell[from:], " ")
	word = strings.TrimRightFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' })
	month, err := monthOf(word)
	if err != nil {
		return cell
	}
	return cell[:from] + time.Month(month).String()[:3] + cell[from+len(word):]
}
