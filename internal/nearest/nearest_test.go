package nearest

import (
	"slices"
	"testing"
)

func TestNames(t *testing.T) {
	names := []string{"temp_max", "temp_min", "wind", "weather", "Date", "y", "room", "wind;temp;pressure;y;weather"}
	for name, want := range map[string][]string{
		"temp_mx":     {"temp_max", "temp_min"},
		"date":        {"Date"},
		"wether":      {"weather"},
		"iwnd":        {"wind"},
		"temp":        {"temp_max", "temp_min"},
		"pressure":    nil,
		"x":           nil,
		"":            nil,
		"foo":         nil,
		"ate":         {"Date"},
		"weatherford": {"weather"},
	} {
		if got := Names(name, names); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
