"""One question per built intent and language: what golden answers, concurrency and number checks are asked."""

QUESTIONS: dict[str, tuple[str, str]] = {
    "kpi_overview": ("how is the business doing this quarter", "这个季度生意怎么样"),
    "metric_value": ("how much revenue did we make in March", "三月份销售额是多少"),
    "metric_breakdown": ("which category sells best this year", "今年各品类销售额"),
    "metric_trend": ("show orders per month since last year", "去年以来每个月的订单量走势"),
    "metric_compare": ("revenue this quarter vs last", "本季度和上季度的销售额对比"),
    "top_customers": ("who are our best ten customers", "消费最高的十个客户是谁"),
    "top_products": ("what sells worst", "卖得最好的商品有哪些"),
    "customer_profile": ("tell me about customer 1042", "介绍一下客户1042"),
    "customer_list": (
        "customers in York who spent over 100 and have not bought for 90 days", "列出上海消费超过100而且90天没有下单的客户"
    ),
    "segment_rfm": ("run an RFM analysis", "做一次RFM分析"),
    "segment_value_tiers": (
        "which are high-value, potential and ordinary customers", "哪些是高价值客户、潜力客户和一般客户"
    ),
    "segment_lifecycle": ("how many customers are new, active, dormant or lost", "新客、活跃、沉睡和流失客户各有多少"),
    "cohort_retention": ("show me the cohort retention matrix", "看一下各批客户的留存热力图"),
    "market_basket": ("what is bought together", "哪些商品经常一起买"),
    "churn_risk": ("which high-value customers are at risk", "哪些高价值客户有流失风险"),
    "sales_forecast": ("forecast sales for the next 6 months", "预测未来三个月的销售额"),
    "satisfaction_overview": ("how satisfied are our customers", "客户满意度怎么样"),
    "feedback_sentiment": ("is feedback positive or negative", "反馈是正面的多还是负面的多"),
    "service_quality": ("how fast do we answer tickets", "客服响应快不快"),
    "agent_performance": ("which agents resolve fastest", "哪个客服解决问题最快"),
    "ticket_volume": ("how many tickets will we get", "接下来会有多少工单"),
    "satisfaction_drivers": ("what drives satisfaction", "影响满意度的因素有哪些"),
    "detractors": ("which valuable customers are unhappy", "哪些重要客户不满意"),
    "feedback_themes": ("what are people complaining about", "大家都在抱怨什么"),
    "feedback_quotes": ("show me comments on delivery", "把说物流的评论原文给我看"),
    "emerging_issues": ("what problems are new this month", "这个月新出现了哪些问题"),
    "complaints": ("complaints by category this quarter", "投诉按类别有多少"),
    "customer_needs": ("what do customers wish for", "客户希望我们增加什么"),
    "data_overview": ("what data do you have", "你们有哪些数据"),
    "data_quality": ("how clean is the data", "数据质量怎么样"),
    "definition": ("what does RFM mean", "RFM是什么意思"),
    "capabilities": ("what can I ask", "我可以问什么"),
    "small_talk": ("hello", "你好"),
}
CASES = [(intent, language, pair[language == "zh"]) for intent, pair in QUESTIONS.items() for language in ("en", "zh")]
