package questions_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

const orders = `service: orders
title: {en: Orders, zh: 订单}
level: resource
resources:
  - {prefix: order, template: "qcs::orders:${region}:uin/${owner}:order/${id}", title: {en: Order, zh: 订单}}
actions:
  - {name: CancelOrder, access: write, resources: [order], title: {en: Cancel an order, zh: 取消订单}}
  - {name: ListOrders, access: list, level: operation}
permissions:
  - {name: Approve, access: write, level: operation}
conditions:
  - {key: "orders:amount", type: number, title: {en: Amount, zh: 金额}}
`

func TestProducts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "orders.yaml")
	if err := os.WriteFile(file, []byte(orders), 0o600); err != nil {
		t.Fatal(err)
	}
	known, err := catalogue.Load(services.Services, catalogue.Config{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	w := apitest.New(t, storetest.Open(t, storetest.SQLite(t)), known)
	u := w.Account(t).Root.User(t, "anybody")
	x := u.Must(t, "hufu:ListProducts", nil)
	names := plucked(x, "Products", "Service")
	at := slices.Index(names, "orders")
	if at < 0 || !slices.IsSorted(names) || !slices.Contains(names, "cam") || !slices.Contains(names, "hufu") {
		t.Fatal(names)
	}
	if p := x.At("Products").([]any)[at].(map[string]any); p["TitleZh"] != "订单" || p["Level"] != "resource" || p["IsComplete"] != false {
		t.Error(p)
	}
	x = u.Must(t, "hufu:DescribeProduct", apitest.P{"Service": "orders"})
	same(t, x, "Actions", "Name", "Approve", "CancelOrder", "ListOrders")
	same(t, x, "Actions", "Access", "permission", "write", "list")
	same(t, x, "Actions", "Level", "operation", "resource", "operation")
	same(t, x, "Actions", "TitleZh", "", "取消订单", "")
	same(t, x, "ResourceTypes", "Prefix", "order")
	keys := plucked(x, "ConditionKeys", "Key")
	if x.Int("Product.ActionCount") != 3 || x.Str("Actions.1.ResourceTypes.0") != "order" || keys[0] != "qcs:ip" || keys[len(keys)-1] != "orders:amount" {
		t.Error(x.Raw)
	}
	u.Fails(t, "ResourceNotFound.ProductNotExist", "hufu:DescribeProduct", apitest.P{"Service": "nothing"})
}
