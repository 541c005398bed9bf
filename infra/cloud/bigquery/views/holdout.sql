-- Customers who were to be contacted against those who chance left alone: how many bought in the end, with the 95 %
-- interval of that share (Wilson). Whoever was left alone for any other reason is in neither group.
-- `kind` tells reminders of carts from offers of an alternative, which are experiments of their own.
WITH cases AS (
  SELECT
    store,
    case_id,
    MAX_BY(customer_id, happened_at) AS customer_id,
    CASE WHEN COUNTIF(type = 'case.abandoned') > 0 THEN 'cart' ELSE 'offer' END AS kind,
    COUNTIF(type = 'case.held') > 0 AS held,
    MIN(CASE WHEN type = 'case.abandoned' THEN happened_at END) AS abandoned_at,
    MIN(CASE WHEN type = 'case.suppressed' THEN happened_at END) AS suppressed_at,
    COUNTIF(type = 'case.ordered') > 0
    OR COUNTIF(type = 'case.recovered') > COUNTIF(type = 'case.reversed') AS bought
  FROM `${dataset}.events`
  WHERE case_id IS NOT NULL
  GROUP BY store, case_id
  HAVING COUNTIF(type IN ('case.abandoned', 'case.held', 'offer.requested')) > 0
),
customers AS (
  SELECT
    store,
    kind,
    customer_id,
    CASE WHEN COUNTIF(held) > 0 THEN 'control' ELSE 'contacted' END AS arm,
    COUNTIF(bought) > 0 AS bought
  FROM cases
  WHERE customer_id IS NOT NULL
    AND (suppressed_at IS NULL OR abandoned_at IS NULL OR suppressed_at > abandoned_at)
  GROUP BY store, kind, customer_id
),
arms AS (
  SELECT store, kind, arm, COUNT(*) AS customers, COUNTIF(bought) AS bought
  FROM customers
  GROUP BY store, kind, arm
)
SELECT
  store,
  kind,
  arm,
  customers,
  bought,
  bought / customers AS rate,
  GREATEST(
    0,
    (bought + 1.9207294 - 1.959964 * SQRT(bought * (customers - bought) / customers + 0.9603647))
    / (customers + 3.8414589)
  ) AS rate_low,
  LEAST(
    1,
    (bought + 1.9207294 + 1.959964 * SQRT(bought * (customers - bought) / customers + 0.9603647))
    / (customers + 3.8414589)
  ) AS rate_high
FROM arms
