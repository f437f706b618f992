package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// configFile is a JSON object of flag names and values, such as {"listen": "0.0.0.0:9800", "quota": {"roles": 50}}.
// What is set in the environment or on the command line wins over it.
type configFile map[string]any

// readConfig is kong's loader for --config.
func readConfig(r io.Reader) (kong.Resolver, error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	var c configFile
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("it is not a JSON object: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is text after the JSON object")
	}
	return c, nil
}

// Validate refuses names that are no flag of any command: a misspelt setting must not be a silent default.
func (c configFile) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var visit func(*kong.Node)
	visit = func(n *kong.Node) {
		for _, f := range n.Flags {
			known[f.Name] = true
		}
		for _, child := range n.Children {
			visit(child)
		}
	}
	visit(app.Node)
	var unknown []string
	for name := range c {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	if slices.Sort(unknown); len(unknown) > 0 {
		return fmt.Errorf("the configuration file has unknown settings: %s", strings.Join(unknown, ", "))
	}
	return nil
}

// Resolve answers the value of a flag, nil where the file has none or the environment has one.
func (c configFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return nil, nil
		}
	}
	value, ok := c[flag.Name]
	if !ok {
		return nil, nil
	}
	return value, nil
}
