package questions

import (
	"context"
	"slices"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// accessPermission stands where an action is asked for by no API of its name.
const accessPermission = "permission"

// generalKeys are the condition keys that questions about every product carry, or those about tagged resources.
var generalKeys = []hufu20261201.CatalogueConditionKey{
	{Key: "qcs:ip", Type: "ip", Title: "Address of the caller", TitleZh: "请求来源 IP"},
	{Key: "qcs:current_time", Type: "date", Title: "Time of the request", TitleZh: "请求时间"},
	{Key: "qcs:mfa", Type: "string", Title: "1 if the caller proved a second factor, else 0", TitleZh: "是否通过多因素认证（1 是，0 否）"},
	{Key: "qcs:uin", Type: "string", Title: "uin of the caller", TitleZh: "调用者 uin"},
	{Key: "qcs:owner_uin", Type: "string", Title: "uin of the caller's root account", TitleZh: "调用者所属主账号 uin"},
	{Key: "qcs:create_uin", Type: "string", Title: "uin of who made the resource", TitleZh: "资源创建者 uin"},
	{Key: "qcs:resource_tag", Type: "string", Title: "Tags of the resource, key&value", TitleZh: "资源标签（键&值）"},
	{Key: "qcs:request_tag", Type: "string", Title: "Tags in the request, key&value", TitleZh: "请求中的标签（键&值）"},
}

// ListProducts lists the products that hufu serves, and those that are registered.
func (p *Product) ListProducts(context.Context, *call.Call, *hufu20261201.ListProductsRequest) (*hufu20261201.ListProductsResponse, error) {
	out := &hufu20261201.ListProductsResponse{}
	for _, of := range p.products.Products() {
		out.Products = append(out.Products, catalogueProduct(of))
	}
	return out, nil
}

func catalogueProduct(p *catalogue.Product) hufu20261201.CatalogueProduct {
	return hufu20261201.CatalogueProduct{Service: p.Service, Title: p.Title.English, TitleZh: p.Title.Chinese, Level: string(p.Level), IsComplete: p.Complete,
		ActionCount: int64(len(p.Actions))}
}

// DescribeProduct shows what a policy can name of one product.
func (p *Product) DescribeProduct(_ context.Context, _ *call.Call, in *hufu20261201.DescribeProductRequest) (*hufu20261201.DescribeProductResponse, error) {
	of, ok := p.products.Product(in.Service)
	if !ok {
		return nil, fault.New(code.ResourceNotFoundProductNotExist)
	}
	out := &hufu20261201.DescribeProductResponse{Product: catalogueProduct(of), ConditionKeys: slices.Clone(generalKeys)}
	for _, a := range of.Actions {
		row := hufu20261201.CatalogueAction{Name: a.Name, Level: string(a.Level), Access: string(a.Access), ResourceTypes: a.ResourceTypes}
		row.Title, row.TitleZh = titles(a.Title)
		if a.Permission {
			row.Access = accessPermission
		}
		out.Actions = append(out.Actions, row)
	}
	for _, t := range of.ResourceTypes {
		row := hufu20261201.CatalogueResourceType{Prefix: t.Prefix, Template: t.Template}
		row.Title, row.TitleZh = titles(t.Title)
		out.ResourceTypes = append(out.ResourceTypes, row)
	}
	for _, k := range of.ConditionKeys {
		row := hufu20261201.CatalogueConditionKey{Key: k.Key, Type: k.Type}
		row.Title, row.TitleZh = titles(k.Title)
		out.ConditionKeys = append(out.ConditionKeys, row)
	}
	return out, nil
}

func titles(t *catalogue.Title) (english, chinese string) {
	if t == nil {
		return "", ""
	}
	return t.English, t.Chinese
}
