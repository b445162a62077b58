package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed style.css
var css string

// markup is HTML in the making.
type markup struct{ bytes.Buffer }

// raw is markup that is whole already.
type raw string

// put writes markup, with texts in it that are not: names from the data may hold
// anything, and are escaped here and nowhere else. What cannot be seen is a blank.
func (m *markup) put(format string, texts ...any) {
	for i, t := range texts {
		if s, ok := t.(string); ok {
			texts[i] = html.EscapeString(strings.Map(visible, s))
		}
	}
	fmt.Fprintf(m, format, texts...)
}

func visible(r rune) rune {
	if !unicode.IsGraphic(r) || r == utf8.RuneError {
		return ' '
	}
	return r
}

// Begin is what a page begins with.
const Begin = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"generator\" content=\"model_testing\"/>\n"

// page writes all of it. It is well-formed XML too.
func (m *markup) page(v *view) {
	m.put(Begin+`<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>%s</title>
<style>
`, v.Title)
	m.WriteString(css)
	m.put("</style>\n</head>\n<body>\n<h1>%s</h1>\n", v.Title)
	m.put("<div class=\"top\"><div>\n<p class=\"verdict\">%s</p>\n", v.Verdict)
	if len(v.Gates) > 0 {
		m.put("<ul>")
		for _, g := range v.Gates {
			class, mark := "fail", "✗ failed:"
			if g.Passed {
				class, mark = "pass", "✓ passed:"
			}
			m.put("<li><span class=\"%s\">%s</span> %s</li>\n", class, mark, g.Text)
		}
		m.put("</ul>\n")
	}
	if len(v.Warnings) > 0 {
		m.put("<h3>To keep in mind</h3>\n<ul>")
		for _, w := range v.Warnings {
			m.put("<li>%s</li>\n", w)
		}
		m.put("</ul>\n")
	}
	m.put("</div>\n")
	m.wide(&v.Figures)
	m.put("</div>\n")
	for i := range v.Sections {
		m.section(&v.Sections[i])
	}
	m.put("<footer>Made by model_testing %s from metrics.gob, model.json and scaler.json. Pictures show means and "+
		"counts, never single rows.</footer>\n</body>\n</html>\n", v.Version)
}

func (m *markup) section(s *section) {
	m.put("<section>\n<h2>%s</h2>\n", s.Title)
	for _, text := range s.Text {
		m.put("<p>%s</p>\n", text)
	}
	if len(s.Figures) > 0 {
		m.put("<div class=\"figures\">\n")
		for _, f := range s.Figures {
			m.put("<figure>\n<h3>%s</h3>\n", f.Title)
			m.WriteString(f.SVG)
			m.put("\n<figcaption>%s <b>%s</b></figcaption>\n", f.Should, f.Does)
			m.wide(&f.Table)
			m.put("</figure>\n")
		}
		m.put("</div>\n")
	}
	for i := range s.Tables {
		m.wide(&s.Tables[i])
	}
	m.put("</section>\n")
}

// wide is a table that may be wider than a phone.
func (m *markup) wide(t *table) {
	if len(t.Rows) == 0 {
		return
	}
	if t.Folded {
		m.put("<details><summary>%s</summary>", t.Caption)
	}
	m.put("<div class=\"wide\">")
	m.table(t)
	m.put("</div>")
	if t.Folded {
		m.put("</details>")
	}
	m.put("\n")
}

func (m *markup) table(t *table) {
	class := "numbers"
	if t.Words {
		class = "words"
	}
	m.put("<table class=\"%s\">", class)
	if t.Caption != "" && !t.Folded {
		m.put("<caption>%s</caption>", t.Caption)
	}
	m.put("<thead><tr>")
	for _, cell := range t.Head {
		m.put("<th scope=\"col\">%s</th>", cell)
	}
	m.put("</tr></thead>\n<tbody>")
	for _, row := range t.Rows {
		m.put("<tr>")
		for _, cell := range row {
			m.put("<td>%s</td>", cell)
		}
		m.put("</tr>\n")
	}
	m.put("</tbody></table>")
}
