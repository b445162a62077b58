package times

import (
	"slices"
	"strings"
)

// monthNames are the names of the months in English, German, French, Spanish, Italian,
// Dutch and Portuguese, and in Polish, Czech, Russian and Ukrainian also as they stand
// after a day.
var monthNames = [12]string{
	"january januar jänner janvier enero gennaio januari janeiro styczeń stycznia leden ledna январь января січень січня",
	"february februar feber février febrero febbraio februari fevereiro luty lutego únor února февраль февраля лютий лютого",
	"march märz mrz mars marzo maart mrt março marzec marca březen března март марта березень березня",
	"april avril abril aprile kwiecień kwietnia duben dubna апрель апреля квітень квітня",
	"may mai mayo maggio mei maio maj maja květen května май мая травень травня",
	"june juni juin junio giugno junho czerwiec czerwca červen června июнь июня червень червня",
	"july juli juillet julio luglio julho lipiec lipca červenec července июль июля липень липня",
	"august août agosto augustus sierpień sierpnia srpen srpna август августа серпень серпня",
	"september septembre septiembre settembre setembro wrzesień września září сентябрь сентября вересень вересня",
	"october oktober octobre octubre ottobre outubro październik października říjen října октябрь октября жовтень жовтня",
	"november novembre noviembre novembro listopad listopada listopadu ноябрь ноября листопад листопада",
	"december dezember décembre diciembre dicembre dezembro grudzień grudnia prosinec prosince декабрь декабря грудень грудня",
}

// monthOf returns the month of a name, whole or cut to three letters or more, perhaps
// with a point. What may be two months is the earlier, unless it is the name of one.
func monthOf(word string) (month int, ok bool) {
	word = strings.ToLower(strings.TrimSuffix(word, "."))
	if len([]rune(word)) < 3 {
		return 0, false
	}
	for i, names := range monthNames {
		all := strings.Fields(names)
		if slices.Contains(all, word) {
			return i + 1, true
		}
		if month == 0 && slices.ContainsFunc(all, func(name string) bool { return strings.HasPrefix(name, word) }) {
			month = i + 1
		}
	}
	return month, month > 0
}
