"""Words for columns, English and Chinese: the names that shops, tills and exports give to the canonical fields.

Data only, read by analytics.ingest.fields. Entries are in the form of analytics.ingest.naming.words_of, separated by |.
"""

from __future__ import annotations

SYNONYMS: dict[str, str] = {
    "orders.order_id": "order id|order no|order number|order|order #|order ref|order reference|order code|invoice|"
    "invoice no|invoice number|invoice id|invoiceno|receipt|receipt no|receipt number|receipt id|bill no|bill number|"
    "transaction id|transaction no|transaction number|transaction|trans id|sale id|sales id|sales order|document no|"
    "doc no|basket id|订单号|订单编号|订单id|订单|单号|订单号码|交易号|交易编号|流水号|小票号|销售单号|发票号|单据号",
    "orders.customer_id": "customer id|customer no|customer number|customer code|customer|customerid|cust id|cust no|"
    "client id|client no|client number|client code|client|user id|user|member id|member no|member number|member|"
    "account id|account no|account|account number|buyer id|buyer|shopper id|customer ref|customer key|客户编号|客户id|"
    "客户号|客户代码|客户|会员编号|会员id|会员号|会员卡号|用户id|用户编号|用户|买家id|买家|顾客编号|顾客id|顾客",
    "orders.ordered_at": "ordered at|order date|order time|order datetime|order date time|order timestamp|date|"
    "datetime|date time|timestamp|time stamp|invoice date|invoicedate|purchase date|purchased at|purchase time|"
    "transaction date|transaction time|transaction datetime|sale date|sales date|date of sale|date of purchase|"
    "created at|created|created date|bought on|day|order purchase timestamp|posting date|receipt date|order day|"
    "下单时间|下单日期|订单时间|订单日期|交易时间|交易日期|购买时间|购买日期|销售日期|销售时间|日期|时间|成交时间|"
    "付款时间|开单日期|创建时间",
    "orders.ordered_time": "order hour|time of day|time|transaction time of day|sale time|purchase hour|时刻|下单时刻|"
    "交易时刻",
    "orders.channel": "channel|order channel|sales channel|store channel|sold via|order source|source channel|"
    "platform|purchase channel|渠道|销售渠道|订单渠道|下单渠道|平台|来源渠道|订单来源|购买渠道",
    "orders.status": "status|order status|state of order|order state|fulfilment status|fulfillment status|"
    "payment status|订单状态|状态|交易状态",
    "orders.discount": "discount|discount amount|order discount|rebate|voucher amount|coupon amount|promo discount|"
    "优惠|优惠金额|折扣|折扣金额|订单优惠|立减|优惠券金额|减免金额",
    "orders.campaign_id": "campaign id|campaign|promotion id|promo code|campaign code|活动编号|活动id|营销活动编号|"
    "活动代码",
    "orders.city": "city|ship city|shipping city|delivery city|ship to city|town|customer city|billing city|城市|"
    "收货城市|所在城市|市",
    "orders.region": "region|state|province|county|area|ship state|shipping state|ship region|territory|district|省份|"
    "省|地区|区域|大区|收货省份|所在地区",
    "orders.country": "country|ship country|shipping country|ship to country|nation|market|customer country|国家|"
    "国家地区|收货国家",
    "order_lines.order_id": "order id|order no|order number|order|invoice|invoice no|invoice number|receipt no|"
    "receipt number|transaction id|订单号|订单编号|订单id|单号",
    "order_lines.product_id": "product id|product code|product no|product number|product sku|sku|sku id|sku code|"
    "item id|item code|item no|item number|stock code|stockcode|article no|article number|article|article id|barcode|"
    "ean|upc|asin|part number|part no|productid|goods id|code|商品编号|商品编码|商品id|商品代码|产品编号|产品编码|产品id|"
    "货号|条码|条形码|物料编码|款号",
    "order_lines.quantity": "quantity|qty|units|units sold|quantity sold|quantity ordered|order quantity|pieces|pcs|"
    "count|amount sold|number of items|no of items|item count|volume|qty sold|qty ordered|数量|购买数量|销售数量|"
    "订购数量|件数|销量|个数|商品数量",
    "order_lines.unit_price": "unit price|price|price per unit|price each|item price|selling price|sale price|"
    "list price|price per item|unitprice|price paid|net price|retail price|unit selling price|单价|价格|售价|商品单价|"
    "销售单价|成交单价|商品价格|零售价",
    "order_lines.amount": "amount|line amount|line total|total|total amount|total price|sales|sales amount|revenue|"
    "net amount|gross amount|subtotal|sub total|extended price|turnover|total sales|order total|order amount|"
    "net sales|gross sales|value|sum|line value|金额|总金额|总价|销售额|销售金额|小计|合计|成交金额|订单金额|实付金额|"
    "应付金额|付款金额",
    "products.product_id": "product id|product code|product no|product number|sku|sku id|item id|item code|stock code|"
    "id|barcode|商品编号|商品编码|商品id|产品编号|产品id|货号|编号",
    "products.name": "product name|product|name|description|item|item name|item description|product description|"
    "product title|title|article name|goods|goods name|merchandise|商品名称|商品名|商品|产品名称|产品名|产品|品名|"
    "名称|货品名称|商品标题|商品描述",
    "products.category": "category|product category|product type|item category|department|product group|category name|"
    "product line|sub category|subcategory|product family|class|类别|分类|品类|商品类别|商品分类|产品类别|产品分类|"
    "类目|商品类目",
    "products.unit_cost": "unit cost|cost|cost price|purchase price|cogs|cost per unit|landed cost|成本|单位成本|"
    "成本价|进价|采购价|进货价",
    "products.stock_on_hand": "stock on hand|stock|inventory|on hand|stock quantity|stock level|quantity in stock|"
    "units in stock|库存|库存数量|现有库存|当前库存",
    "customers.customer_id": "customer id|customer no|customer number|customer code|customer|client id|member id|"
    "member no|user id|account id|id|客户编号|客户id|客户号|会员编号|会员id|会员号|用户id|用户编号|编号",
    "customers.name": "customer name|client name|name|full name|member name|buyer name|user name|username|"
    "contact name|contact|客户姓名|客户名称|客户名|姓名|会员姓名|会员名称|用户名|用户姓名|买家姓名|买家昵称|收货人|"
    "顾客姓名",
    "customers.email": "email|e mail|email address|customer email|mail|contact email|邮箱|电子邮箱|电子邮件|客户邮箱|"
    "邮件",
    "customers.phone": "phone|phone number|mobile|mobile number|telephone|tel|cell|cell phone|contact number|"
    "customer phone|电话|手机|手机号|手机号码|联系电话|电话号码|联系方式",
    "customers.gender": "gender|sex|customer gender|性别",
    "customers.birth_date": "birth date|birthdate|date of birth|dob|birthday|born|出生日期|生日|出生年月",
    "customers.income": "income|annual income|yearly income|salary|household income|收入|年收入|月收入",
    "customers.city": "city|town|customer city|home city|城市|所在城市|市",
    "customers.region": "region|state|province|county|area|省份|省|地区|区域|大区",
    "customers.country": "country|nation|国家|国家地区",
    "customers.interest": "interest|interests|hobby|preference|favourite|兴趣|爱好|兴趣爱好|偏好",
    "customers.signup_date": "signup date|sign up date|signed up|registration date|registered|registered at|"
    "registered on|join date|joined|joined on|member since|customer since|created at|created|注册日期|注册时间|"
    "入会日期|入会时间|加入日期|开户日期",
    "customers.acquisition_channel": "acquisition channel|acquisition source|source|signup channel|lead source|"
    "referrer|how acquired|获客渠道|来源|注册渠道|客户来源|获取渠道",
    "customers.loyalty_tier": "loyalty tier|tier|membership|membership level|member level|level|loyalty level|"
    "loyalty status|vip level|会员等级|等级|会员级别|客户等级|级别",
    "customers.marketing_consent": "marketing consent|consent|opt in|opted in|email opt in|newsletter|"
    "marketing opt in|accepts marketing|gdpr consent|营销同意|同意营销|是否同意营销|是否订阅|接受营销|订阅",
    "customers.credit_limit": "credit limit|credit line|信用额度|授信额度",
    "feedback.feedback_id": "feedback id|review id|survey id|response id|comment id|id|反馈编号|评价编号|评论编号|"
    "评价id|反馈id",
    "feedback.customer_id": "customer id|customer|client id|user id|member id|客户编号|客户id|会员编号|用户id",
    "feedback.created_at": "created at|date|time|created|review date|submitted at|submitted|answered at|timestamp|"
    "feedback date|review creation date|创建时间|评价时间|反馈时间|评论时间|提交时间|日期|时间",
    "feedback.source": "source|channel|feedback source|origin|来源|渠道|反馈渠道|反馈来源",
    "feedback.rating": "rating|stars|score|review score|star rating|satisfaction|评分|打分|星级|满意度",
    "feedback.nps": "nps|nps score|likelihood to recommend|recommend|净推荐值|推荐分|推荐意愿",
    "feedback.text": "text|comment|comments|review|review text|feedback|message|body|verbatim|review comment message|"
    "content|内容|评价内容|评论|评论内容|评价|反馈内容|留言|意见",
    "feedback.product_id": "product id|product|sku|item id|商品编号|商品id|产品编号",
    "feedback.order_id": "order id|order no|order number|order|订单号|订单编号|订单id",
    "feedback.ticket_id": "ticket id|ticket|case id|工单号|工单编号|工单id",
    "tickets.ticket_id": "ticket id|ticket no|ticket number|case id|case number|id|工单号|工单编号|工单id|编号",
    "tickets.customer_id": "customer id|customer|client id|user id|requester id|客户编号|客户id|会员编号|用户id",
    "tickets.opened_at": "opened at|opened|created at|created|date opened|open date|submitted at|创建时间|提交时间|"
    "建单时间|开始时间|打开时间",
    "tickets.first_response_at": "first response at|first response|first reply|first reply at|responded at|"
    "首次响应时间|首次回复时间|响应时间",
    "tickets.resolved_at": "resolved at|resolved|closed at|closed|solved at|resolution date|解决时间|关闭时间|完成时间",
    "tickets.category": "category|type|issue type|reason|topic|ticket type|类别|分类|问题类型|类型|工单类型",
    "tickets.priority": "priority|urgency|severity|优先级|紧急程度",
    "tickets.agent": "agent|assignee|owner|handled by|assigned to|客服|处理人|负责人|坐席",
    "tickets.status": "status|state|ticket status|状态|工单状态",
    "tickets.csat": "csat|satisfaction|csat score|satisfaction score|rating|满意度|满意度评分|评分",
    "tickets.reopened": "reopened|re opened|reopen|是否重开|重开|重新打开",
    "tickets.order_id": "order id|order no|order number|order|订单号|订单编号|订单id",
    "tickets.subject": "subject|title|summary|主题|标题",
    "tickets.text": "text|description|body|message|comment|内容|描述|问题描述",
    "campaigns.campaign_id": "campaign id|campaign code|id|code|活动编号|活动id|编号",
    "campaigns.name": "name|campaign|campaign name|title|活动名称|名称|活动",
    "campaigns.channel": "channel|medium|campaign channel|渠道|投放渠道|活动渠道",
    "campaigns.starts_on": "starts on|start|start date|from|begin|begins on|launch date|开始日期|开始时间|起始日期",
    "campaigns.ends_on": "ends on|end|end date|to|until|结束日期|结束时间|截止日期",
    "campaigns.cost": "cost|budget|spend|amount spent|total cost|费用|成本|预算|花费|投入",
    "campaign_touches.campaign_id": "campaign id|campaign|campaign code|活动编号|活动id",
    "campaign_touches.customer_id": "customer id|customer|client id|user id|recipient id|客户编号|客户id|会员编号|"
    "用户id",
    "campaign_touches.sent_at": "sent at|sent|send date|sent on|delivered at|发送时间|发送日期|触达时间",
    "campaign_touches.variant": "variant|group|arm|test group|treatment|组别|分组|实验组|版本",
    "campaign_touches.opened_at": "opened at|opened|open time|打开时间|阅读时间",
    "campaign_touches.clicked_at": "clicked at|clicked|click time|点击时间",
    "campaign_touches.converted_at": "converted at|converted|conversion time|purchased at|转化时间|成交时间",
    "web_events.customer_id": "customer id|customer|user id|visitor id|client id|member id|客户编号|客户id|用户id|"
    "会员编号",
    "web_events.occurred_at": "occurred at|event time|timestamp|time|date|event date|datetime|发生时间|事件时间|时间|"
    "访问时间",
    "web_events.type": "type|event|event type|action|event name|类型|事件|事件类型|行为|行为类型",
    "web_events.product_id": "product id|product|sku|item id|商品编号|商品id|产品编号",
    "invoices.invoice_id": "invoice id|invoice no|invoice number|invoice|id|发票号|发票编号|账单号|账单编号",
    "invoices.customer_id": "customer id|customer|client id|account id|客户编号|客户id|会员编号",
    "invoices.order_id": "order id|order no|order number|order|订单号|订单编号|订单id",
    "invoices.issued_on": "issued on|issue date|invoice date|date|issued|billed on|开票日期|账单日期|日期|出账日期",
    "invoices.due_on": "due on|due date|due|payable by|到期日|到期日期|应付日期|付款期限",
    "invoices.paid_on": "paid on|paid|payment date|paid date|settled on|付款日期|支付日期|回款日期|付清日期",
    "invoices.amount": "amount|total|invoice amount|invoice total|sum|value|金额|发票金额|账单金额|总金额|应收金额",
    "loyalty_entries.customer_id": "customer id|customer|member id|user id|客户编号|客户id|会员编号|用户id",
    "loyalty_entries.occurred_at": "occurred at|date|time|timestamp|created at|发生时间|日期|时间|变动时间",
    "loyalty_entries.points": "points|point|score|points change|积分|积分变动|变动积分",
    "loyalty_entries.reward": "reward|reward name|redeemed for|gift|奖励|兑换|礼品|兑换礼品",
    "targets.period": "period|month|target month|date|月份|期间|周期|日期",
    "targets.metric": "metric|kpi|measure|indicator|指标|指标名称",
    "targets.value": "value|target|goal|amount|target value|目标|目标值|数值|金额",
    "value_aliases.field": "field|dimension|column|字段|维度",
    "value_aliases.value": "value|canonical|name|值|标准值|名称",
    "value_aliases.alias": "alias|aliases|synonym|other name|别名|同义词|其他名称",
}
