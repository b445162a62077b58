package importer

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// monthNames are the names of the months in English, German, French, Spanish, Italian,
// Dutch and Portuguese.
var monthNames = [12]string{
	"january januar jänner janvier enero gennaio januari janeiro",
	"february februar feber février febrero febbraio februari fevereiro", "march märz mrz mars marzo maart mrt março",
	"april avril abril aprile", "may mai mayo maggio mei maio",
	"june juni juin junio giugno junho", "july juli juillet julio luglio julho", "august août agosto augustus",
	"september septembre septiembre settembre setembro", "october oktober octobre octubre ottobre outubro",
	"november novembre noviembre novembro", "december dezember décembre diciembre dicembre dezembro",
}

// monthOf returns the month of a name, whole or cut to three letters or more, perhaps
// with a point.
func monthOf(word string) (int, error) {
	word = strings.ToLower(strings.TrimSuffix(word, "."))
	for i, names := range monthNames {
		for _, name := range strings.Fields(names) {
			if strings.HasPrefix(name, word) && len(word) >= 3 {
				return i + 1, nil
			}
		}
	}
	return 0, fmt.Errorf("%q is not a month", word)
}

// inEnglish replaces the first word of a cell, if it is a month's name, with its English
// abbreviation, and takes the point off the day before it.
func inEnglish(cell string) string {
	from := strings.IndexFunc(cell, unicode.IsLetter)
	if from < 0 {
		return cell
	}
	to := from + len(cell[from:])
	if n := strings.IndexFunc(cell[from:], func(r rune) bool { return !unicode.IsLetter(r) && r != '.' }); n >= 0 {
		to = from + n
	}
	month, err := monthOf(cell[from:to])
	if err != nil {
		return cell
	}
	before := cell[:from]
	if day, ok := strings.CutSuffix(before, ". "); ok {
		before = day + " "
	}
	return before + time.Month(month).String()[:3] + cell[to:]
}
