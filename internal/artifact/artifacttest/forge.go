// Package artifacttest forges artifacts, for the tests of those who read them.
package artifacttest

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// Forge hands over every mutation of everything that can be set in what a pointer points to:
// nothing, lists that are shorter, longer or out of order, numbers that are huge, negative or
// NaN, strange words. The path says where and what: ".Datasets[last].Rows = -1". Of lists the
// first element and the last are mutated. The value is as it was after each, and in the end.
func Forge(pointer any, f func(path string)) { forge("", reflect.ValueOf(pointer).Elem(), f) }

func forge(path string, v reflect.Value, f func(path string)) {
	put := func(what string, other reflect.Value) {
		kept := reflect.New(v.Type()).Elem()
		kept.Set(v)
		v.Set(other)
		f(path + " " + what)
		v.Set(kept)
	}
	with := func(other any) {
		put(fmt.Sprintf("= %.20s", fmt.Sprint(other)), reflect.ValueOf(other).Convert(v.Type()))
	}
	if !v.IsZero() {
		put("= nothing", reflect.Zero(v.Type()))
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			forge(path+"*", v.Elem(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.Anonymous {
				forge(path, v.Field(i), f)
			} else if field.IsExported() {
				forge(path+"."+field.Name, v.Field(i), f)
			}
		}
	case reflect.Slice:
		if v.Len() > 0 {
			forgeList(path, v, put, f)
		}
	case reflect.Array:
		forge(path+"[last]", v.Index(v.Len()-1), f)
	case reflect.Bool:
		with(!v.Bool())
	case reflect.Float64:
		x := v.Float()
		for _, other := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 1e300,
			1e150, 5e-324, -1, 0.5, -x, 2 * x, x + 1} {
			with(other)
		}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		n := reflect.ValueOf(v.Interface()).Convert(reflect.TypeFor[int64]()).Int()
		for _, other := range []int64{-1, 1, 2, 7, 1 << 20, 2e9, 1 << 40, math.MaxInt64, math.MinInt64, -n, 2 * n, n + 1, n - 1} {
			with(other)
		}
	case reflect.String:
		for _, other := range []string{"another\x00\x1b[31m<b>", "\xff", "-1h", "9999-12-31", strings.Repeat("x", 1<<17)} {
			with(other)
		}
	}
}

func forgeList(path string, v reflect.Value, put func(what string, other reflect.Value), f func(path string)) {
	n := v.Len()
	put("without its first", v.Slice(1, n))
	put("without its last", v.Slice(0, n-1))
	put("twice", reflect.AppendSlice(v.Slice3(0, n, n), v))
	put("out of order", reflect.AppendSlice(reflect.AppendSlice(v.Slice3(0, 0, 0), v.Slice(n-1, n)), v.Slice(0, n-1)))
	if n > 1 {
		forge(path+"[0]", v.Index(0), f)
	}
	forge(path+"[last]", v.Index(n-1), f)
}
