package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

// productCommand works on files alone: it needs neither database nor server.
type productCommand struct {
	List  productList  `cmd:"" help:"List the registered products."`
	Show  productShow  `cmd:"" help:"Print the actions, resource types and condition keys of a product."`
	Check productCheck `cmd:"" help:"Check manifests; exits 1 if one is wrong."`
}

// load is the catalogue of a server with the same flags.
func (p productFlags) load() (*catalogue.Catalogue, error) {
	return catalogue.Load(services.Services, catalogue.Config{Files: p.Product})
}

type productList struct {
	productFlags
	JSON bool `help:"Print a JSON list." name:"json"`
}

// listedProduct is a line of the list.
type listedProduct struct {
	Service  string          `json:"service"`
	Title    catalogue.Title `json:"title"`
	Level    catalogue.Level `json:"level"`
	Complete bool            `json:"complete"`
	Actions  int             `json:"actions"`
	Source   string          `json:"source"`
}

// Run lists the products.
func (l *productList) Run() error {
	c, err := l.load()
	if err != nil {
		return err
	}
	all := []listedProduct{}
	for _, p := range c.Products() {
		all = append(all, listedProduct{p.Service, p.Title, p.Level, p.Complete, len(p.Actions), p.Source})
	}
	if l.JSON {
		return printJSON(all)
	}
	return table(func(w io.Writer) {
		fmt.Fprintln(w, "SERVICE\tLEVEL\tCOMPLETE\tACTIONS\tSOURCE\tTITLE")
		for _, p := range all {
			fmt.Fprintf(w, "%s\t%s\t%t\t%d\t%s\t%s\n", p.Service, p.Level, p.Complete, p.Actions, p.Source, p.Title.English)
		}
	})
}

type productShow struct {
	productFlags
	Name string `arg:"" help:"Service name of the product, as in its actions."`
	JSON bool   `help:"Print one JSON object." name:"json"`
}

// Run prints one product.
func (s *productShow) Run() error {
	c, err := s.load()
	if err != nil {
		return err
	}
	p, ok := c.Product(strings.ToLower(s.Name))
	if !ok {
		return fmt.Errorf("no product %q is registered; hufu product list prints those that are", s.Name)
	}
	if s.JSON {
		return printJSON(p)
	}
	return table(func(w io.Writer) { describeProduct(w, p) })
}

func describeProduct(w io.Writer, p *catalogue.Product) {
	fmt.Fprintf(w, "%s\t%s\n", p.Service, p.Title.English)
	fmt.Fprintf(w, "source\t%s\n", p.Source)
	fmt.Fprintf(w, "level\t%s\n", p.Level)
	fmt.Fprintf(w, "complete\t%t\n", p.Complete)
	fmt.Fprintln(w, "\nACTION\tACCESS\tLEVEL\tTAGS\tIP\tRESOURCES\tTITLE")
	for _, a := range p.Actions {
		name := a.Name
		if a.Permission {
			name += " (no API)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%t\t%t\t%s\t%s\n", name, a.Access, a.Level, a.Tags, a.IP, cmp.Or(strings.Join(a.ResourceTypes, ","), "-"), english(a.Title))
	}
	if len(p.ResourceTypes) > 0 {
		fmt.Fprintln(w, "\nRESOURCE TYPE\tTEMPLATE\tTITLE")
	}
	for _, t := range p.ResourceTypes {
		fmt.Fprintf(w, "%s\t%s\t%s\n", t.Prefix, t.Template, english(t.Title))
	}
	if len(p.ConditionKeys) > 0 {
		fmt.Fprintln(w, "\nCONDITION KEY\tTYPE\tTITLE")
	}
	for _, k := range p.ConditionKeys {
		fmt.Fprintf(w, "%s\t%s\t%s\n", k.Key, k.Type, english(k.Title))
	}
}

func english(t *catalogue.Title) string {
	if t == nil {
		return ""
	}
	return t.English
}

type productCheck struct {
	Files []string `arg:"" help:"Manifests that one server could be given together." name:"file"`
}

// Run checks the files as a server would that is started with them.
func (k *productCheck) Run() error {
	c, err := productFlags{k.Files}.load()
	if err != nil {
		return err
	}
	for _, p := range c.Products() {
		for _, file := range k.Files {
			if p.Source == file {
				fmt.Printf("%s: %s is good; actions: %d, resource types: %d\n", file, p.Service, len(p.Actions), len(p.ResourceTypes))
			}
		}
	}
	return nil
}
