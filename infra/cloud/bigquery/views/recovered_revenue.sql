-- What the engine brought back, net of orders that were cancelled or never paid, on the day of each piece of news.
-- An order counts for the control group only if its case was held after a message had left; that is rare.
-- Money given back for returned goods is not announced: the counters refunded_minor_<currency> in Firestore have it.
WITH held AS (
  SELECT DISTINCT case_id FROM `${dataset}.events` WHERE type = 'case.held'
)
SELECT
  news.day,
  news.store,
  news.currency,
  CASE WHEN held.case_id IS NULL THEN 'contacted' ELSE 'control' END AS arm,
  SUM(CASE news.type WHEN 'case.recovered' THEN 1 ELSE -1 END) AS orders,
  COUNTIF(news.type = 'case.reversed') AS reversed_orders,
  SUM(
    CASE news.type WHEN 'case.recovered' THEN 1 ELSE -1 END
    * SAFE_CAST(JSON_VALUE(news.data, '$.revenue') AS NUMERIC)
  ) AS revenue,
  SUM(
    CASE news.type WHEN 'case.recovered' THEN 1 ELSE -1 END
    * SAFE_CAST(JSON_VALUE(news.data, '$.discount') AS NUMERIC)
  ) AS discount
FROM `${dataset}.events` AS news
LEFT JOIN held ON held.case_id = news.case_id
WHERE news.type IN ('case.recovered', 'case.reversed')
GROUP BY day, store, currency, arm
