package times

import (
	"fmt"
	"time"
	_ "time/tzdata" // so that no machine's own decides

	"mlpipeline/internal/dataset"
)

// ParseZone finds a zone by its IANA name.
func ParseZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("there is no zone %q; Europe/Berlin, America/New_York and UTC are some", name)
	}
	return zone, nil
}

// Local reads times of a zone. It remembers between which times no clock is changed.
type Local struct {
	Zone     *time.Location
	from, to dataset.Time // as if they were UTC, a day from any change
	offset   dataset.Time
}

const day = dataset.Time(24 * time.Hour / time.Microsecond)

// UTC returns the time at which a clock of the zone shows what t is in UTC: the first
// such time, and how much later the second is, if the hour comes twice. It is false for what
// the clock skips, but for midnight, which may stand for a day.
func (l *Local) UTC(t dataset.Time) (first, later dataset.Time, ok bool) {
	if t >= l.from && t < l.to {
		return t - l.offset, 0, true
	}
	at := func(t dataset.Time) (offset dataset.Time, when time.Time) {
		when = time.UnixMicro(int64(t)).In(l.Zone)
		_, seconds := when.Zone()
		return dataset.Time(seconds) * 1e6, when
	}
	before, _ := at(t - day)
	behind, when := at(t + day)
	if before == behind {
		start, end := when.ZoneBounds()
		l.from, l.to, l.offset = dataset.NoTime+day, 1<<62, behind
		if !start.IsZero() {
			l.from = dataset.Time(start.UnixMicro()) + 2*day
		}
		if !end.IsZero() {
			l.to = dataset.Time(end.UnixMicro()) - 2*day
		}
		return t - behind, 0, true
	}
	isFirst, _ := at(t - before)
	isSecond, _ := at(t - behind)
	switch {
	case isFirst == before && isSecond == behind:
		return t - before, before - behind, true
	case isSecond == behind:
		return t - behind, 0, true
	}
	return t - before, 0, isFirst == before || t%day == 0
}
